// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "batch/batcher.h"
#include "batch/tick_policy.h"
#include "batch/waiting.h"

namespace ekiben::batch {

// Runs a cheap model on the loop's thread: a lone request at once, requests that became readable in
// one tick together at its end (*tick batching*). No threads, no locks, no queue that outlives a
// tick.
//
// Belongs to the loop.
class TickBatcher final : public Batcher {
 public:
  // `clock` tells the time; tests bring their own.
  TickBatcher(Loop& loop, runner::Runner& runner, BatchPolicy::Options options,
              BatchMetrics metrics, Time (*clock)() = Now);

  Task<Result<std::vector<Tensor>>> Infer(std::vector<Tensor> inputs, Call call) override;

 private:
  void EndTickLater();
  void EndTick();
  void Run(std::span<Waiting* const> batch);

  Loop& loop_;
  runner::Runner& runner_;
  BatchMetrics metrics_;
  Time (*const clock_)();
  BatchPolicy batch_policy_;
  TickPolicy tick_policy_;
  bool end_is_due_ = false;
  std::vector<Waiting*> waiting_;
};

}  // namespace ekiben::batch
