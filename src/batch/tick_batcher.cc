// SPDX-License-Identifier: Apache-2.0
#include "batch/tick_batcher.h"

#include <algorithm>
#include <utility>

namespace ekiben::batch {

TickBatcher::TickBatcher(Loop& loop, runner::Runner& runner, BatchPolicy::Options options,
                         BatchMetrics metrics, Time (*clock)())
    : loop_(loop), runner_(runner), metrics_(metrics), clock_(clock), batch_policy_(options) {}

Task<Result<std::vector<Tensor>>> TickBatcher::Infer(std::vector<Tensor> inputs, Call call) {
  Waiting self(std::move(inputs), call);
  if (!runner_.rows_independent()) {
    Waiting* const alone = &self;
    Run(std::span(&alone, 1));
    co_return std::move(*self.answer);
  }
  if (tick_policy_.RunsAtOnce(loop_.rests())) {
    Waiting* const alone = &self;
    Run(std::span(&alone, 1));
  } else {
    EndTickLater();
    waiting_.push_back(&self);
    Parked parked{self};
    co_await parked;
  }
  co_return std::move(*self.answer);
}

void TickBatcher::EndTickLater() {
  if (std::exchange(end_is_due_, true)) return;
  loop_.AtTickEnd([this] { EndTick(); });
}

void TickBatcher::EndTick() {
  end_is_due_ = false;
  tick_policy_.EndTick();
  const std::vector<Waiting*> all = std::exchange(waiting_, {});
  int64_t left = 0;
  for (const Waiting* waiting : all) left += waiting->rows;

  // Batches in the order of arrival, cut where the next request cannot be joined or is too much.
  for (auto first = all.begin(); first != all.end();) {
    const int64_t most =
        batch_policy_.RowsToTake(std::max<int64_t>(1, left), (*first)->call.deadline - clock_());
    auto last = first;
    int64_t rows = 0;
    do {
      rows += (*last++)->rows;
    } while (last != all.end() && CanJoin(**first, **last) && rows + (*last)->rows <= most);
    Run(std::span(first, last));
    left -= rows;
    first = last;
  }
  // Only now: a resumed request may bring the next one of its connection.
  for (Waiting* waiting : all) waiting->waiter.resume();
}

void TickBatcher::Run(std::span<Waiting* const> batch) {
  int64_t rows = 0;
  for (const Waiting* waiting : batch) rows += waiting->rows;
  const Time start = clock_();
  RunTogether(runner_, 0, batch);
  batch_policy_.Observe(rows, clock_() - start);
  metrics_.batch_rows.Observe(static_cast<double>(rows));
}

}  // namespace ekiben::batch
