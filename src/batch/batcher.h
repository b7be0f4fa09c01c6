// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/task.h"
#include "batch/batch_policy.h"
#include "observe/metrics.h"
#include "runner/runner.h"

namespace ekiben::batch {

// What a batcher has to know of a request besides its tensors.
struct Call {
  Time deadline;
  // Whether nobody waits for the answer any more; may be null. Called from any thread while the
  // call is under way.
  const std::function<bool()>* abandoned = nullptr;
};

// Where a batcher counts. Each is written by one thread at a time.
struct BatchMetrics {
  observe::Histogram& batch_rows;
  observe::Counter& refused;    // Turned away at arrival.
  observe::Counter& abandoned;  // Dropped because the client had gone or the deadline had passed.
};

// Stands in front of a runner: joins the rows of requests that wait together, runs them, and gives
// each request its own rows back.
//
// Infer() is called and answered on the loop's thread. The batcher outlives its calls.
class Batcher {
 public:
  virtual ~Batcher() = default;

  // kUnavailable where the queue is full or the deadline cannot be met, kDeadlineExceeded where it
  // has passed, else what the runner says. `inputs` are in the order of the runner's.
  virtual Task<Result<std::vector<Tensor>>> Infer(std::vector<Tensor> inputs, Call call) = 0;
};

// Chooses by the runner's measured cost: a cheap model (a call below 100 µs) runs on the loop's
// thread, alone or by ticks; a heavier one, or one of unknown cost, gets threads that pull from a
// queue. All arguments must outlive the batcher.
std::unique_ptr<Batcher> MakeBatcher(Loop& loop, runner::Runner& runner,
                                     BatchPolicy::Options options, BatchMetrics metrics);

// Whether MakeBatcher() lets this runner run on the loop's thread.
bool RunsOnLoop(const runner::Runner& runner);

}  // namespace ekiben::batch
