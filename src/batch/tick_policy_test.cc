// SPDX-License-Identifier: Apache-2.0
#include "batch/tick_policy.h"

#include <gtest/gtest.h>

namespace ekiben::batch {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart{1h};

TEST(TickPolicyTest, ALoneRequestNeverWaits) {
  TickPolicy policy;
  for (int i = 0; i < 3; ++i) {
    const Time now = kStart + i * 1ms;
    EXPECT_TRUE(policy.RunsAtOnce(now));
    policy.RanAtOnce(now + 7us);
  }
}

TEST(TickPolicyTest, ARequestRightBehindAnotherMayBeOfTheSameTickAndWaits) {
  TickPolicy policy;
  EXPECT_TRUE(policy.RunsAtOnce(kStart));
  policy.RanAtOnce(kStart + 7us);
  EXPECT_FALSE(policy.RunsAtOnce(kStart + 15us));
  EXPECT_FALSE(policy.RunsAtOnce(kStart + 17us));
}

TEST(TickPolicyTest, AfterATickOfOneTheNextRunsAtOnceHoweverClose) {
  TickPolicy policy;
  policy.RunsAtOnce(kStart);
  policy.RanAtOnce(kStart + 7us);
  EXPECT_FALSE(policy.RunsAtOnce(kStart + 15us));
  policy.EndTick();
  EXPECT_TRUE(policy.RunsAtOnce(kStart + 40us));
}

TEST(TickPolicyTest, AfterABusyTickEveryRequestWaitsUntilItIsQuietAgain) {
  TickPolicy policy;
  policy.RunsAtOnce(kStart);
  policy.RanAtOnce(kStart + 7us);
  policy.RunsAtOnce(kStart + 15us);
  policy.RunsAtOnce(kStart + 17us);
  policy.EndTick();
  EXPECT_FALSE(policy.RunsAtOnce(kStart + 1ms));
  policy.EndTick();
  EXPECT_TRUE(policy.RunsAtOnce(kStart + 2ms));
}

}  // namespace
}  // namespace ekiben::batch
