// SPDX-License-Identifier: Apache-2.0
#include "batch/worker_batcher.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/loop_testing.h"
#include "base/status_matchers.h"
#include "tensor/tensor.h"
#include "worker/worker_testing.h"

namespace ekiben::batch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Answers each call of a batch with (how many calls it had, this process's own number), as text.
// Method 1 raises for each call, method 2 ends the process, method 3 hangs, method 4 answers too
// little.
constexpr const char* kWorker = R"(
for kind, call, method, flags, payload, _ in frames():
    count = batch_of(payload)
    if method == 2:
        os._exit(9)
    if method == 3:
        time.sleep(600)
    answer = counts(0) + counts(1) + text(f"{count} {os.getpid()}")
    if method == 1:
        answer = counts(1) + text('{"message": "no"}')
    send(BATCH_RESULT, call, counts(count) + (answer * count if method != 4 else b""))
)";

constexpr std::array kBounds = {1.0, 10.0, 100.0};

class WorkerBatcherTest : public testing::Test {
 protected:
  void StartBatcher(size_t workers = 1, Duration timeout = 60s) {
    WorkerBatcher::Options options{.name = "work", .timeout = timeout};
    for (const char* name : {"answer", "raise", "end", "hang", "break"}) {
      options.methods.push_back({.name = name,
                                 .batchable = true,
                                 .batching = {.max_rows = 8},
                                 .metrics = {rows_, refused_, abandoned_}});
    }
    for (size_t i = 0; i < workers; ++i) {
      options.workers.push_back(worker::ScriptedWorker(kWorker));
    }
    batcher_ = std::make_unique<WorkerBatcher>(
        loop_, std::move(options),
        WorkerBatcher::Events{.on_ready = [this] { ++ready_; },
                              .on_failed = [this](const Status& why) { failed_ = why; },
                              .on_down = [this](const std::string& how) { down_.push_back(how); }});
    batcher_->Start();
    ASSERT_TRUE(loop_.RunUntil([&] { return ready_ == workers; }));
    EXPECT_TRUE(batcher_->ready());
  }

  static worker::Arguments Rows(int64_t rows, int64_t columns = 1) {
    worker::Arguments arguments;
    arguments.positional.emplace_back(Tensor(DataType::kFloat32, Shape{rows, columns}));
    return arguments;
  }
  // Calls a method; the answer is in answers_, at the place that is returned.
  size_t Call(size_t method, worker::Arguments arguments,
              batch::Call call = {.deadline = Time::max()}) {
    const size_t at = answers_.size();
    answers_.emplace_back();
    ekiben::Start(batcher_->Infer(method, std::move(arguments), call),
                  [this, at](Result<Outcome> outcome) { answers_[at] = std::move(outcome); });
    return at;
  }
  bool AllAnswered() {
    return loop_.RunUntil([&] {
      return std::ranges::all_of(answers_, [](const auto& one) { return one.has_value(); });
    });
  }
  // How many calls the batch had that this one was in.
  int BatchOf(size_t at) { return std::stoi(TextOf(at)); }
  std::string TextOf(size_t at) {
    if (!*answers_[at]) return answers_[at]->error().message();
    const auto* const arguments = std::get_if<worker::Arguments>(&**answers_[at]);
    return arguments == nullptr ? std::get<Raised>(**answers_[at]).report
                                : arguments->positional.at(0).If<Text>()->text;
  }
  Code CodeOf(size_t at) { return *answers_[at] ? Code::kOk : answers_[at]->error().code(); }

  PollLoop loop_;
  observe::MetricRegistry metrics_;
  observe::Histogram& rows_ = metrics_.AddHistogram("rows", "", "", kBounds);
  observe::Counter& refused_ = metrics_.AddCounter("refused", "", "");
  observe::Counter& abandoned_ = metrics_.AddCounter("abandoned", "", "");
  size_t ready_ = 0;
  Status failed_;
  std::vector<std::string> down_;
  std::vector<std::optional<Result<Outcome>>> answers_;
  std::unique_ptr<WorkerBatcher> batcher_;
};

TEST_F(WorkerBatcherTest, CallsOfOneTickAreOneBatch) {
  StartBatcher();
  for (int i = 0; i < 5; ++i) Call(0, Rows(1));
  ASSERT_TRUE(AllAnswered());
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(BatchOf(i), 5);
}

TEST_F(WorkerBatcherTest, ABatchHasNoMoreRowsThanItMay) {
  StartBatcher();
  for (int i = 0; i < 4; ++i) Call(0, Rows(3));
  Call(0, Rows(100));
  ASSERT_TRUE(AllAnswered());
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(BatchOf(i), 2);
  EXPECT_EQ(BatchOf(4), 1);
}

TEST_F(WorkerBatcherTest, OnlyWhatFitsTogetherIsJoined) {
  StartBatcher();
  Call(0, Rows(1, 2));
  Call(0, Rows(1, 2));
  Call(0, Rows(1, 3));
  worker::Arguments named = Rows(1, 3);
  named.named.emplace_back("scale", Value(Tensor(DataType::kFloat32, Shape{1})));
  Call(0, std::move(named));
  ASSERT_TRUE(AllAnswered());
  EXPECT_EQ(BatchOf(0), 2);
  EXPECT_EQ(BatchOf(1), 2);
  EXPECT_EQ(BatchOf(2), 1);
  EXPECT_EQ(BatchOf(3), 1);
}

TEST_F(WorkerBatcherTest, IdleWorkersShareWhatWaits) {
  StartBatcher(2);
  for (int i = 0; i < 2; ++i) Call(0, Rows(8));
  ASSERT_TRUE(AllAnswered());
  EXPECT_NE(TextOf(0), TextOf(1));
}

TEST_F(WorkerBatcherTest, WhatAMethodRaisesIsAnAnswer) {
  StartBatcher();
  Call(1, Rows(1));
  ASSERT_TRUE(AllAnswered());
  EXPECT_EQ(TextOf(0), R"({"message": "no"})");
  EXPECT_EQ(CodeOf(0), Code::kOk);
}

TEST_F(WorkerBatcherTest, AWorkerThatDiesTakesOnlyItsBatchWithIt) {
  StartBatcher();
  Call(2, Rows(1));
  Call(2, Rows(1));
  Call(0, Rows(1));
  ASSERT_TRUE(AllAnswered());
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(CodeOf(i), Code::kUnavailable);
    EXPECT_EQ(TextOf(i), "the worker of the runner 'work' ended with the call: exit status 9");
  }
  EXPECT_EQ(BatchOf(2), 1);  // By the one that came in its place.
  EXPECT_THAT(down_, ElementsAre("exit status 9"));
  EXPECT_EQ(ready_, 2);
}

TEST_F(WorkerBatcherTest, OneThatHangsIsKilledAtItsTimeout) {
  StartBatcher(1, 200ms);
  Call(3, Rows(1));
  Call(0, Rows(1));
  ASSERT_TRUE(AllAnswered());
  EXPECT_EQ(CodeOf(0), Code::kDeadlineExceeded);
  EXPECT_EQ(TextOf(0), "a call of the runner 'work' took longer than 0.2 s");
  EXPECT_EQ(CodeOf(1), Code::kOk);
  EXPECT_THAT(down_, ElementsAre(HasSubstr("signal 9")));
}

TEST_F(WorkerBatcherTest, OneThatAnswersNonsenseFailsItsBatchOnly) {
  StartBatcher();
  Call(4, Rows(1));
  Call(0, Rows(1));
  ASSERT_TRUE(AllAnswered());
  EXPECT_EQ(CodeOf(0), Code::kInternal);
  EXPECT_EQ(CodeOf(1), Code::kOk);
}

TEST_F(WorkerBatcherTest, WhatNeedNotBeRunIsDroppedFromTheQueue) {
  StartBatcher();
  const std::function<bool()> gone = [] { return true; };
  Call(0, Rows(8));
  Call(0, Rows(1), {.deadline = Time::max(), .abandoned = &gone});
  const Time deadline = Now() + 20ms;
  Call(0, Rows(1), {.deadline = deadline});
  Call(0, Rows(1));
  while (Now() < deadline) {
  }
  ASSERT_TRUE(AllAnswered());
  EXPECT_EQ(CodeOf(1), Code::kUnavailable);
  EXPECT_EQ(CodeOf(2), Code::kDeadlineExceeded);
  EXPECT_EQ(CodeOf(3), Code::kOk);
  EXPECT_EQ(abandoned_.value(), 2);
}

TEST_F(WorkerBatcherTest, TheMethodWhoseCallHasWaitedLongestIsNext) {
  StartBatcher();
  Call(0, Rows(8));
  Call(1, Rows(1));
  Call(0, Rows(1));
  ASSERT_TRUE(AllAnswered());
  EXPECT_EQ(BatchOf(2), 1);
}

TEST_F(WorkerBatcherTest, ItStopsWhenItsWorkersHaveEnded) {
  StartBatcher(2);
  batcher_->Stop();
  EXPECT_FALSE(batcher_->stopped());
  ASSERT_TRUE(loop_.RunUntil([&] { return batcher_->stopped(); }));
  EXPECT_TRUE(down_.empty());
}

}  // namespace
}  // namespace ekiben::batch
