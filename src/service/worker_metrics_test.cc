// SPDX-License-Identifier: Apache-2.0
#include "service/worker_metrics.h"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ekiben::service {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A loop that a test turns by hand.
class HandLoop final : public IoLoop {
 public:
  void Post(std::function<void()> callback) override { posted_.push_back(std::move(callback)); }
  void AtTickEnd(std::function<void()> callback) override { Post(std::move(callback)); }
  uint64_t rests() const override { return 0; }
  std::unique_ptr<DescriptorWatch> WatchReadable(int, std::function<void()>) override {
    return nullptr;
  }
  std::unique_ptr<Watch> After(Duration, std::function<void()> due) override {
    due_ = std::move(due);
    return std::make_unique<Watch>();
  }

  void Turn() {
    for (const auto& callback : std::exchange(posted_, {})) callback();
  }
  void LetTimePass() {
    due_();
    Turn();
  }

 private:
  std::vector<std::function<void()>> posted_;
  std::function<void()> due_;
};

std::string Counted(double value) {
  return fmt::format(R"([{{"name": "seen_total", "help": "Seen\nthings.", "kind": "counter",
      "samples": [{{"name": "seen_total{{a=\"b\"}}", "value": {}}}]}}])",
                     value);
}

class WorkerMetricsTest : public testing::Test {
 protected:
  // Begins to collect from this many workers; text() is there when it has ended.
  void Collect(size_t workers) {
    text_.reset();
    Start(metrics_.Collect([this, workers](uint32_t call) {
      call_ = call;
      return workers;
    }),
          [this](std::string text) { text_ = std::move(text); });
  }
  void Answer(const std::string& worker, const std::string& json) {
    metrics_.OnAnswer(worker, call_, json);
    loop_.Turn();
  }

  HandLoop loop_;
  WorkerMetrics metrics_{loop_};
  uint32_t call_ = 0;
  std::optional<std::string> text_;
};

TEST_F(WorkerMetricsTest, WhatSeveralWorkersCountIsAddedUp) {
  Collect(2);
  Answer("a", Counted(1));
  EXPECT_FALSE(text_);
  Answer("b", Counted(2.5));
  EXPECT_EQ(text_,
            "# HELP seen_total Seen\\nthings.\n# TYPE seen_total counter\n"
            "seen_total{a=\"b\"} 3.5\n");
}

TEST_F(WorkerMetricsTest, AWorkerThatIsBusyKeepsWhatItSaidLast) {
  Collect(1);
  Answer("a", Counted(4));
  Collect(1);
  loop_.LetTimePass();
  EXPECT_THAT(*text_, HasSubstr("} 4\n"));
  Answer("a", Counted(9));  // Late: for the next one.
  Collect(0);
  EXPECT_THAT(*text_, HasSubstr("} 9\n"));
}

TEST_F(WorkerMetricsTest, WhatIsNoListOfFamiliesIsNotLookedAt) {
  Collect(2);
  Answer("a", "[{}]");
  Answer("b", "nothing");
  EXPECT_THAT(*text_, IsEmpty());
}

TEST_F(WorkerMetricsTest, NamesOfTheEnginesOwnAreLeftToIt) {
  Collect(1);
  Answer("a", R"([{"name": "ekiben_request_total", "kind": "counter", "samples": []}])");
  EXPECT_THAT(*text_, IsEmpty());
}

}  // namespace
}  // namespace ekiben::service
