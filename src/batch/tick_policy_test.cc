// SPDX-License-Identifier: Apache-2.0
#include "batch/tick_policy.h"

#include <gtest/gtest.h>

namespace ekiben::batch {
namespace {

TEST(TickPolicyTest, ALoneRequestNeverWaits) {
  TickPolicy policy;
  for (int tick = 0; tick < 3; ++tick) {
    EXPECT_TRUE(policy.RunsAtOnce());
    policy.EndTick();
  }
}

TEST(TickPolicyTest, TheSecondOfATickWaitsForItsEnd) {
  TickPolicy policy;
  EXPECT_TRUE(policy.RunsAtOnce());
  EXPECT_FALSE(policy.RunsAtOnce());
  EXPECT_FALSE(policy.RunsAtOnce());
}

TEST(TickPolicyTest, AfterABusyTickTheFirstWaitsToo) {
  TickPolicy policy;
  policy.RunsAtOnce();
  policy.RunsAtOnce();
  policy.EndTick();
  EXPECT_FALSE(policy.RunsAtOnce());
  policy.EndTick();
  EXPECT_TRUE(policy.RunsAtOnce()) << "quiet again";
}

}  // namespace
}  // namespace ekiben::batch
