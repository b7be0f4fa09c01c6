// SPDX-License-Identifier: Apache-2.0
#include "registry/retry_policy.h"

#include <gtest/gtest.h>

namespace ekiben::registry {
namespace {

using namespace std::chrono_literals;

constexpr RetryPolicy kPolicy{.attempts = 4, .first = 100ms, .longest = 300ms};

TEST(RetryPolicyTest, PausesDoubleUpToTheLongest) {
  EXPECT_EQ(kPolicy.PauseAfter(1, 0), 100ms);
  EXPECT_EQ(kPolicy.PauseAfter(2, 0), 200ms);
  EXPECT_EQ(kPolicy.PauseAfter(3, 0), 300ms);
}

TEST(RetryPolicyTest, ChanceTakesUpToAHalfOff) {
  EXPECT_EQ(kPolicy.PauseAfter(2, 1), 100ms);
  EXPECT_EQ(kPolicy.PauseAfter(2, 0.5), 150ms);
}

TEST(RetryPolicyTest, AfterTheLastAttemptItIsGivenUp) {
  EXPECT_EQ(kPolicy.PauseAfter(4, 0), std::nullopt);
  EXPECT_EQ(kPolicy.PauseAfter(4, 0, 1s), std::nullopt);
}

TEST(RetryPolicyTest, AServerThatSaysWhenIsObeyedWithinReason) {
  EXPECT_EQ(kPolicy.PauseAfter(1, 0.7, 0s), 0ms);
  EXPECT_EQ(kPolicy.PauseAfter(1, 0.7, 3600s), 300ms);
}

TEST(RetryPolicyTest, ManyFailuresDoNotOverflow) {
  EXPECT_EQ((RetryPolicy{.attempts = 1000}.PauseAfter(999, 0)), 20s);
}

TEST(RetryPolicyTest, FaultsOfTheServerAreWorthAnotherTry) {
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) EXPECT_TRUE(IsWorthRetrying(status));
  for (const int status : {200, 307, 400, 401, 403, 404, 405, 416, 501}) {
    EXPECT_FALSE(IsWorthRetrying(status)) << status;
  }
}

}  // namespace
}  // namespace ekiben::registry
