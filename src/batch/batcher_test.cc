// SPDX-License-Identifier: Apache-2.0
#include "batch/batcher.h"

#include <atomic>
#include <deque>
#include <mutex>

#include "base/status_matchers.h"
#include "batch/queue_batcher.h"
#include "batch/tick_batcher.h"

namespace ekiben::batch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// A loop that runs when the test says so: what was posted, then the end of the tick.
class ManualLoop final : public Loop {
 public:
  void Post(std::function<void()> callback) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(callback));
    ++count_;
    count_.notify_all();
  }
  void AtTickEnd(std::function<void()> callback) override { Post(std::move(callback)); }
  uint64_t rests() const override { return rests_; }
  void Rest() { ++rests_; }

  // Runs the next callback, waiting for it where there is none yet.
  void RunOne() {
    count_.wait(0);
    std::function<void()> next;
    {
      const std::lock_guard lock(mutex_);
      next = std::move(posted_.front());
      posted_.pop_front();
      --count_;
    }
    next();
  }

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
  std::atomic<int> count_ = 0;
  uint64_t rests_ = 0;
};

// Adds 1 to every number, notes the sizes of its batches, and fails where a number is negative.
class AddingSession final : public runtime::Session {
 public:
  struct Seen {
    std::mutex mutex;
    std::vector<int64_t> batches;
    std::atomic<bool> blocked = false;  // A run waits until this is false.
    std::atomic_flag running;
  };
  explicit AddingSession(Seen& seen) : seen_(seen) {}

  const std::vector<TensorSpec>& inputs() const override { return specs_; }
  const std::vector<TensorSpec>& outputs() const override { return specs_; }
  bool concurrent() const override { return true; }
  Result<std::vector<Tensor>> Run(std::span<const Tensor> inputs) override {
    {
      const std::lock_guard lock(seen_.mutex);
      seen_.batches.push_back(inputs.front().shape()[0]);
    }
    seen_.running.test_and_set();
    seen_.running.notify_all();
    seen_.blocked.wait(true);
    std::vector<Tensor> outputs;
    outputs.push_back(inputs.front().Clone());
    for (double& number : outputs.front().As<double>()) {
      if (number < 0) return Error(Internal("negative"));
      number += 1;
    }
    return outputs;
  }

 private:
  Seen& seen_;
  const std::vector<TensorSpec> specs_ = {
      {.name = "x", .type = DataType::kFloat64, .shape = {-1, 1}}};
};

Tensor Rows(std::vector<double> values) {
  return Tensor::Of<double>(DataType::kFloat64, {std::ssize(values), 1}, values);
}

class BatcherTest : public testing::Test {
 protected:
  void MakeRunner(bool rows_independent = true) {
    runner_ = runner::Runner::Create(
                  {.name = "adder", .instances = 1, .rows_independent = rows_independent},
                  [this]() -> Result<std::unique_ptr<runtime::Session>> {
                    return std::make_unique<AddingSession>(seen_);
                  })
                  .value();
    seen_.batches.clear();
    seen_.running.clear();
  }
  void MakeTick(BatchPolicy::Options options = {}) {
    // Time stands still, so whatever is sent before the loop runs is of one tick.
    batcher_ =
        std::make_unique<TickBatcher>(loop_, *runner_, options, metrics_, [] { return Time(1h); });
  }
  void MakeQueue(BatchPolicy::Options options = {}) {
    batcher_ = std::make_unique<QueueBatcher>(loop_, *runner_, options, metrics_);
  }

  // Sends `values` as one request; its answer comes as the next of answers_.
  void Send(std::vector<double> values, Time deadline = Now() + 1h,
            const std::function<bool()>* abandoned = nullptr) {
    std::vector<Tensor> inputs;
    inputs.push_back(Rows(std::move(values)));
    const size_t place = answers_.size();
    answers_.emplace_back();
    Start(
        batcher_->Infer(std::move(inputs), {.deadline = deadline, .abandoned = abandoned}),
        [this, place](Result<std::vector<Tensor>> answer) { answers_[place] = std::move(answer); });
  }
  std::vector<double> Numbers(size_t place) {
    const auto numbers = answers_[place]->value().front().As<double>();
    return {numbers.begin(), numbers.end()};
  }

  observe::MetricRegistry registry_;
  BatchMetrics metrics_{
      .batch_rows = registry_.AddHistogram("rows", "", "", observe::BatchSizeBounds()),
      .refused = registry_.AddCounter("refused", "", ""),
      .abandoned = registry_.AddCounter("abandoned", "", "")};
  ManualLoop loop_;
  AddingSession::Seen seen_;
  std::deque<std::optional<Result<std::vector<Tensor>>>> answers_;
  std::unique_ptr<runner::Runner> runner_;
  std::unique_ptr<Batcher> batcher_;
};

TEST_F(BatcherTest, ALoneRequestIsAnsweredAtOnceOnTheLoop) {
  MakeRunner();
  MakeTick();
  Send({1, 2});
  EXPECT_THAT(Numbers(0), ElementsAre(2, 3));
}

TEST(WaitingTest, OnlyWholeRowsAreJoined) {
  const auto waiting = [](int64_t rows_of_x, int64_t rows_of_y) {
    std::vector<Tensor> inputs;
    inputs.emplace_back(DataType::kFloat64, Shape({rows_of_x, 1}));
    inputs.emplace_back(DataType::kFloat64, Shape({rows_of_y, 1}));
    return Waiting(std::move(inputs), {});
  };
  EXPECT_TRUE(CanJoin(waiting(1, 1), waiting(2, 2)));
  // Their neighbours would get a row that is not theirs.
  EXPECT_FALSE(CanJoin(waiting(2, 1), waiting(1, 2)));
  EXPECT_FALSE(CanJoin(waiting(1, 1), waiting(1, 2)));
}

TEST_F(BatcherTest, RequestsOfOneTickRunTogetherAndGetTheirOwnRows) {
  MakeRunner();
  MakeTick();
  Send({0});
  Send({1, 2});
  Send({3});
  EXPECT_FALSE(answers_[1].has_value());
  loop_.RunOne();
  EXPECT_THAT(Numbers(1), ElementsAre(2, 3));
  EXPECT_THAT(Numbers(2), ElementsAre(4));
  EXPECT_THAT(seen_.batches, ElementsAre(1, 3));
}

TEST_F(BatcherTest, ARequestAfterTheLoopHasRestedIsAnsweredAtOnce) {
  MakeRunner();
  MakeTick();
  Send({1});
  loop_.Rest();
  Send({2});
  EXPECT_THAT(Numbers(1), ElementsAre(3));
}

TEST_F(BatcherTest, ABatchOfATickIsNoLargerThanAllowed) {
  MakeRunner();
  MakeTick({.max_rows = 2});
  for (const double value : {0, 1, 2, 3, 4, 5}) Send({value});
  loop_.RunOne();
  EXPECT_THAT(seen_.batches, ElementsAre(1, 2, 2, 1));
  EXPECT_THAT(Numbers(5), ElementsAre(6));
}

TEST_F(BatcherTest, OneBadRequestDoesNotFailTheOthersOfItsBatch) {
  MakeRunner();
  MakeTick();
  for (const double value : {0, 1, -1, 3}) Send({value});
  loop_.RunOne();
  EXPECT_THAT(Numbers(1), ElementsAre(2));
  EXPECT_THAT(*answers_[2], HasCode(Code::kInternal));
  EXPECT_THAT(Numbers(3), ElementsAre(4));
}

TEST_F(BatcherTest, RowsThatDependOnEachOtherAreNeverJoined) {
  MakeRunner(/*rows_independent=*/false);
  MakeTick();
  Send({1});
  Send({2});
  EXPECT_THAT(seen_.batches, ElementsAre(1, 1));
}

TEST_F(BatcherTest, WhatQueuedWhileABatchRanIsTheNextBatch) {
  MakeRunner();
  seen_.blocked = true;
  MakeQueue();
  Send({1});
  seen_.running.wait(false);
  Send({2});
  Send({3, 4});
  seen_.blocked = false;
  seen_.blocked.notify_all();
  loop_.RunOne();
  loop_.RunOne();
  EXPECT_THAT(Numbers(0), ElementsAre(2));
  EXPECT_THAT(Numbers(1), ElementsAre(3));
  EXPECT_THAT(Numbers(2), ElementsAre(4, 5));
  EXPECT_THAT(seen_.batches, ElementsAre(1, 3));
}

TEST_F(BatcherTest, AFullQueueTurnsAway) {
  MakeRunner();
  seen_.blocked = true;
  MakeQueue({.max_waiting = 1});
  Send({1});
  seen_.running.wait(false);
  Send({2});
  Send({3});
  ASSERT_TRUE(answers_[2].has_value());
  EXPECT_THAT(*answers_[2], HasCode(Code::kUnavailable));
  EXPECT_EQ(metrics_.refused.value(), 1);
  seen_.blocked = false;
  seen_.blocked.notify_all();
  loop_.RunOne();
  loop_.RunOne();
  EXPECT_THAT(Numbers(1), ElementsAre(3));
}

TEST_F(BatcherTest, ARequestWhoseClientHasGoneCostsNothing) {
  MakeRunner();
  seen_.blocked = true;
  MakeQueue();
  const std::function<bool()> gone = [] { return true; };
  Send({1});
  seen_.running.wait(false);
  Send({2}, Now() + 1h, &gone);
  seen_.blocked = false;
  seen_.blocked.notify_all();
  loop_.RunOne();
  loop_.RunOne();
  EXPECT_THAT(*answers_[1], HasMessage(HasSubstr("closed the connection")));
  EXPECT_THAT(seen_.batches, ElementsAre(1));
  EXPECT_EQ(metrics_.abandoned.value(), 1);
}

TEST_F(BatcherTest, CheapModelsRunOnTheLoop) {
  MakeRunner();
  EXPECT_TRUE(RunsOnLoop(*runner_));
}

}  // namespace
}  // namespace ekiben::batch
