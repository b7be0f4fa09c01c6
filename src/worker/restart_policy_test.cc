// SPDX-License-Identifier: Apache-2.0
#include "worker/restart_policy.h"

#include <gtest/gtest.h>

namespace ekiben::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RestartPolicyTest, WaitsTwiceAsLongAfterEachShortLife) {
  RestartPolicy policy;
  EXPECT_EQ(policy.DelayAfter(seconds(1)), milliseconds(100));
  EXPECT_EQ(policy.DelayAfter(seconds(1)), milliseconds(200));
  EXPECT_EQ(policy.DelayAfter(seconds(1)), milliseconds(400));
  for (int i = 0; i < 20; ++i) policy.DelayAfter({});
  EXPECT_EQ(policy.DelayAfter({}), RestartPolicy::kMost);
}

TEST(RestartPolicyTest, ALongLifeMakesUpForShortOnes) {
  RestartPolicy policy;
  policy.DelayAfter({});
  policy.DelayAfter({});
  EXPECT_EQ(policy.DelayAfter(seconds(61)), Duration{});
  EXPECT_EQ(policy.DelayAfter({}), RestartPolicy::kFirst);
}

}  // namespace
}  // namespace ekiben::worker
