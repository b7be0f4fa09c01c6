// SPDX-License-Identifier: Apache-2.0
#include "batch/queue_batcher.h"

#include <utility>

#include <fmt/format.h>

namespace ekiben::batch {
namespace {

bool IsAbandoned(const Waiting& waiting) {
  return waiting.call.abandoned != nullptr && (*waiting.call.abandoned)();
}

}  // namespace

QueueBatcher::QueueBatcher(Loop& loop, runner::Runner& runner, BatchPolicy::Options options,
                           BatchMetrics metrics)
    : loop_(loop), runner_(runner), metrics_(metrics), policy_(options) {
  if (runner.cost()) policy_.Observe(1, *runner.cost());
  for (size_t instance = 0; instance < runner.instances(); ++instance) {
    threads_.emplace_back([this, instance](const std::stop_token& stop) { Work(stop, instance); });
  }
}

Task<Result<std::vector<Tensor>>> QueueBatcher::Infer(std::vector<Tensor> inputs, Call call) {
  Waiting self(std::move(inputs), call);
  if (!Enqueue(self)) {
    co_return Error(
        Unavailable(fmt::format("'{}' has more to do than it can answer in time", runner_.name())));
  }
  Parked parked{self};
  co_await parked;
  co_return std::move(*self.answer);
}

bool QueueBatcher::Enqueue(Waiting& waiting) {
  const std::lock_guard lock(mutex_);
  const auto requests = static_cast<int64_t>(queue_.size());
  const auto instances = static_cast<int64_t>(runner_.instances());
  if (!policy_.Admits(requests, queued_rows_, instances, waiting.call.deadline - Now())) {
    metrics_.refused.Add();
    return false;
  }
  queue_.push_back(&waiting);
  queued_rows_ += waiting.rows;
  arrived_.notify_one();
  return true;
}

void QueueBatcher::Work(const std::stop_token& stop, size_t instance) {
  std::unique_lock lock(mutex_);
  while (arrived_.wait(lock, stop, [this] { return !queue_.empty(); })) {
    std::vector<Waiting*> batch, dropped;
    Take(batch, dropped);
    metrics_.abandoned.Add(dropped.size());
    lock.unlock();

    if (!dropped.empty()) Deliver(std::move(dropped));
    if (!batch.empty()) {
      int64_t rows = 0;
      for (const Waiting* waiting : batch) rows += waiting->rows;
      const Time start = Now();
      RunTogether(runner_, instance, batch);
      const Duration took = Now() - start;
      Deliver(std::move(batch));
      lock.lock();
      policy_.Observe(rows, took);
      metrics_.batch_rows.Observe(static_cast<double>(rows));
    } else {
      lock.lock();
    }
  }
}

void QueueBatcher::Take(std::vector<Waiting*>& batch, std::vector<Waiting*>& dropped) {
  int64_t most = 0, rows = 0;
  while (!queue_.empty()) {
    Waiting* const next = queue_.front();
    const Duration left = next->call.deadline - Now();
    const bool too_late = left <= Duration::zero();
    if (too_late || IsAbandoned(*next)) {
      next->answer.emplace(Error(too_late ? DeadlineExceeded("the request waited past its deadline")
                                          : Unavailable("the client has closed the connection")));
      dropped.push_back(next);
    } else if (batch.empty()) {
      most = policy_.RowsToTake(queued_rows_, left);
      batch.push_back(next);
      rows += next->rows;
    } else if (runner_.rows_independent() && CanJoin(*batch.front(), *next) &&
               rows + next->rows <= most) {
      batch.push_back(next);
      rows += next->rows;
    } else {
      return;
    }
    queue_.pop_front();
    queued_rows_ -= next->rows;
  }
}

void QueueBatcher::Deliver(std::vector<Waiting*> answered) {
  loop_.Post([answered = std::move(answered)] {
    for (Waiting* waiting : answered) waiting->waiter.resume();
  });
}

}  // namespace ekiben::batch
