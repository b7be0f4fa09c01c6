// SPDX-License-Identifier: Apache-2.0
#include "batch/batcher.h"

#include "batch/queue_batcher.h"
#include "batch/tick_batcher.h"

namespace ekiben::batch {
namespace {

// A hand-over to another thread and back costs about 7 to 30 µs and as much CPU. Below this the
// model's own time is not worth it, and it keeps the loop from its sockets for no longer than a few
// requests would.
constexpr Duration kCheap = std::chrono::microseconds(100);

}  // namespace

bool RunsOnLoop(const runner::Runner& runner) {
  return runner.cost().has_value() && *runner.cost() < kCheap;
}

std::unique_ptr<Batcher> MakeBatcher(Loop& loop, runner::Runner& runner,
                                     BatchPolicy::Options options, BatchMetrics metrics) {
  if (RunsOnLoop(runner)) return std::make_unique<TickBatcher>(loop, runner, options, metrics);
  return std::make_unique<QueueBatcher>(loop, runner, options, metrics);
}

}  // namespace ekiben::batch
