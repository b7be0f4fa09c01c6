// SPDX-License-Identifier: Apache-2.0
#include "base/task.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace ekiben {
namespace {

Task<int> Answer() { co_return 42; }

Task<std::string> Sentence() {
  const int answer = co_await Answer();
  co_return "it is " + std::to_string(answer);
}

TEST(TaskTest, NothingRunsBeforeItIsStarted) {
  bool ran = false;
  const auto body = [&]() -> Task<int> {
    ran = true;
    co_return 1;
  };
  {
    const Task<int> unused = body();
    EXPECT_FALSE(ran);
  }
  Start(body(), [](int) {});
  EXPECT_TRUE(ran);
}

TEST(TaskTest, AnAwaitedTaskGivesItsValue) {
  std::string got;
  Start(Sentence(), [&](std::string text) { got = std::move(text); });
  EXPECT_EQ(got, "it is 42");
}

// Suspends until somebody calls Resume().
struct Parking {
  std::coroutine_handle<> parked;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter) { parked = waiter; }
  void await_resume() {}
};

Task<std::unique_ptr<int>> WaitThenAnswer(Parking& parking) {
  co_await parking;
  co_return std::make_unique<int>(7);
}

TEST(TaskTest, EndsWhenWhatItWaitsForResumesIt) {
  Parking parking;
  std::unique_ptr<int> got;
  Start(WaitThenAnswer(parking), [&](std::unique_ptr<int> value) { got = std::move(value); });
  EXPECT_EQ(got, nullptr);
  parking.parked.resume();
  ASSERT_NE(got, nullptr);
  EXPECT_EQ(*got, 7);
}

}  // namespace
}  // namespace ekiben
