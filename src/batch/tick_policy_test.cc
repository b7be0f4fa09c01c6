// SPDX-License-Identifier: Apache-2.0
#include "batch/tick_policy.h"

#include <gtest/gtest.h>

namespace ekiben::batch {
namespace {

TEST(TickPolicyTest, ALoneRequestNeverWaits) {
  TickPolicy policy;
  for (uint64_t rests = 0; rests < 3; ++rests) EXPECT_TRUE(policy.RunsAtOnce(rests));
}

TEST(TickPolicyTest, ARequestBeforeTheLoopHasRestedMayBeOfTheSameTickAndWaits) {
  TickPolicy policy;
  EXPECT_TRUE(policy.RunsAtOnce(0));
  EXPECT_FALSE(policy.RunsAtOnce(0));
  EXPECT_FALSE(policy.RunsAtOnce(0));
}

TEST(TickPolicyTest, AfterATickOfOneTheNextRunsAtOnceEvenWithoutARest) {
  TickPolicy policy;
  policy.RunsAtOnce(0);
  EXPECT_FALSE(policy.RunsAtOnce(0));
  policy.EndTick();
  EXPECT_TRUE(policy.RunsAtOnce(0));
}

TEST(TickPolicyTest, AfterABusyTickEveryRequestWaitsUntilItIsQuietAgain) {
  TickPolicy policy;
  policy.RunsAtOnce(0);
  policy.RunsAtOnce(0);
  policy.RunsAtOnce(0);
  policy.EndTick();
  EXPECT_FALSE(policy.RunsAtOnce(1));
  policy.EndTick();
  EXPECT_TRUE(policy.RunsAtOnce(2));
}

}  // namespace
}  // namespace ekiben::batch
