// SPDX-License-Identifier: Apache-2.0
#include "http/poll_policy.h"

#include <gtest/gtest.h>

namespace ekiben::http {
namespace {

using namespace std::chrono_literals;

class PollPolicyTest : public testing::Test {
 protected:
  // `count` times: the loop handles `events` that came `gap` after it ran out of work. Returns
  // whether it looks for more at the end.
  bool Handle(int count, size_t events, Duration gap) {
    bool looks = false;
    for (int i = 0; i < count; ++i) looks = policy_.LooksAgain(events, now_ += gap);
    return looks;
  }

  // Whether the loop still looks when nothing has come for `time`.
  bool LooksAfter(Duration time) { return policy_.LooksAgain(0, now_ += time); }

  PollPolicy policy_;
  Time now_{1h};
};

TEST_F(PollPolicyTest, SomebodyWhoAsksOneThingAfterTheOtherIsWaitedFor) {
  EXPECT_FALSE(Handle(4, 1, 60us));
  EXPECT_TRUE(Handle(1, 1, 60us));
  EXPECT_TRUE(Handle(1000, 1, 30us));
}

TEST_F(PollPolicyTest, ItLooksForAHundredMicroseconds) {
  Handle(10, 1, 60us);
  EXPECT_TRUE(LooksAfter(1us));
  EXPECT_TRUE(LooksAfter(98us));
  EXPECT_FALSE(LooksAfter(1us));
}

TEST_F(PollPolicyTest, NobodyIsWaitedForWhereRequestsAreFewOverTime) {
  EXPECT_FALSE(Handle(1000, 1, 1ms));
  EXPECT_FALSE(Handle(1000, 1, 201us));
}

TEST_F(PollPolicyTest, ALoopThatIsBusyAnywaySleepsWhenItCan) {
  EXPECT_FALSE(Handle(1000, 2, 20us));
  Handle(10, 1, 30us);
  EXPECT_FALSE(Handle(1, 3, 30us));
}

TEST_F(PollPolicyTest, AHiccupDoesNotEndIt) {
  Handle(100, 1, 30us);
  EXPECT_TRUE(Handle(1, 1, 5ms));
}

TEST_F(PollPolicyTest, TwoEventsAtOnceNowAndThenDoNotEndIt) {
  Handle(100, 1, 30us);
  EXPECT_TRUE(Handle(1, 2, 30us));
  EXPECT_FALSE(Handle(1, 3, 30us));
}

TEST_F(PollPolicyTest, LookingInVainBecomesRare) {
  int looks = 0;
  for (int i = 0; i < 10'000; ++i) {
    // Each comes a little too late to be found.
    if (Handle(1, 1, 110us)) {
      ++looks;
      EXPECT_FALSE(LooksAfter(100us));
    }
  }
  EXPECT_LT(looks, 10'000 / 30);
}

TEST_F(PollPolicyTest, LookingThatFindsSomethingIsTrustedAgain) {
  for (int i = 0; i < 3; ++i) {
    Handle(100, 1, 110us);
    LooksAfter(100us);
  }
  EXPECT_TRUE(Handle(33, 1, 30us));
  EXPECT_FALSE(LooksAfter(100us));
  EXPECT_TRUE(Handle(17, 1, 30us));
}

}  // namespace
}  // namespace ekiben::http
