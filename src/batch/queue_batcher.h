// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "batch/batcher.h"
#include "batch/waiting.h"

namespace ekiben::batch {

// Runs a model on threads of its own, one an instance of the runner, which pull from one queue: an
// idle one takes at once what has queued. Turns requests away that could not be answered in time,
// and drops those whose client has gone before they cost anything.
//
// Infer() belongs to the loop; the threads post their answers back to it.
// REQUIRES: at its end nothing waits (a server drains first).
class QueueBatcher final : public Batcher {
 public:
  QueueBatcher(Loop& loop, runner::Runner& runner, BatchPolicy::Options options,
               BatchMetrics metrics);

  Task<Result<std::vector<Tensor>>> Infer(std::vector<Tensor> inputs, Call call) override;

 private:
  // False, where `waiting` was turned away.
  bool Enqueue(Waiting& waiting);
  void Work(const std::stop_token& stop, size_t instance);
  // Moves what can be run together from the queue to `batch`, and what need not be run to
  // `dropped`. REQUIRES: mutex_ is held, the queue is not empty.
  void Take(std::vector<Waiting*>& batch, std::vector<Waiting*>& dropped);
  // Resumes them on the loop.
  void Deliver(std::vector<Waiting*> answered);

  Loop& loop_;
  runner::Runner& runner_;
  BatchMetrics metrics_;

  std::mutex mutex_;
  std::condition_variable_any arrived_;
  // Guarded by mutex_.
  BatchPolicy policy_;
  std::deque<Waiting*> queue_;
  int64_t queued_rows_ = 0;

  std::vector<std::jthread> threads_;
};

}  // namespace ekiben::batch
