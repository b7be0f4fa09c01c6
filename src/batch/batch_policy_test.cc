// SPDX-License-Identifier: Apache-2.0
#include "batch/batch_policy.h"

#include <gtest/gtest.h>

namespace ekiben::batch {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds Rounded(Duration duration) {
  return std::chrono::round<std::chrono::milliseconds>(duration);
}

// A policy that has seen batches which cost 20 ms and 5 ms a row.
BatchPolicy Taught(BatchPolicy::Options options) {
  BatchPolicy policy(options);
  for (const int rows : {1, 2, 3, 4, 1, 2, 3, 4}) policy.Observe(rows, 20ms + rows * 5ms);
  return policy;
}

TEST(BatchPolicyTest, TakesAtOnceWhatWaits) {
  const BatchPolicy policy({.max_rows = 8});
  EXPECT_EQ(policy.RowsToTake(1, 1s), 1);
  EXPECT_EQ(policy.RowsToTake(5, 1s), 5);
}

TEST(BatchPolicyTest, ABatchIsNeverLargerThanAllowed) {
  EXPECT_EQ(BatchPolicy({.max_rows = 8}).RowsToTake(50, 1s), 8);
  EXPECT_EQ(BatchPolicy({.max_rows = 1}).RowsToTake(50, 1s), 1);
}

TEST(BatchPolicyTest, LearnsTheFixedCostAndTheCostOfARow) {
  const BatchPolicy policy = Taught({});
  EXPECT_EQ(Rounded(policy.ExpectedCost(2)), 30ms);
  EXPECT_EQ(Rounded(policy.ExpectedCost(16)), 100ms);
}

TEST(BatchPolicyTest, ABatchIsCutToWhatFitsTheDeadline) {
  EXPECT_EQ(Taught({}).RowsToTake(50, 61ms), 8);
}

TEST(BatchPolicyTest, SomebodyOutOfTimeStillGetsOneRow) {
  EXPECT_EQ(Taught({}).RowsToTake(50, 1ms), 1);
}

TEST(BatchPolicyTest, EqualBatchesTeachAPriceARow) {
  BatchPolicy policy({});
  for (int i = 0; i < 5; ++i) policy.Observe(4, 40ms);
  EXPECT_EQ(Rounded(policy.ExpectedCost(1)), 10ms);
}

TEST(BatchPolicyTest, OldTimesAreForgotten) {
  BatchPolicy policy({});
  for (int i = 0; i < 50; ++i) policy.Observe(1, 100ms);
  for (int i = 0; i < 200; ++i) policy.Observe(1, 10ms);
  EXPECT_EQ(Rounded(policy.ExpectedCost(1)), 10ms);
}

TEST(BatchPolicyTest, RefusesWhatCannotBeAnsweredInTime) {
  const BatchPolicy policy = Taught({.max_rows = 4});
  // 40 rows ahead are ten batches of 40 ms; then 25 ms for its own.
  EXPECT_FALSE(policy.Admits(40, 40, 1, 424ms));
  EXPECT_TRUE(policy.Admits(40, 40, 1, 426ms));
  EXPECT_TRUE(policy.Admits(40, 40, 2, 226ms));
}

TEST(BatchPolicyTest, RefusesWhenTheQueueIsFull) {
  const BatchPolicy policy({.max_waiting = 2});
  EXPECT_TRUE(policy.Admits(1, 1, 1, 1s));
  EXPECT_FALSE(policy.Admits(2, 2, 1, 1s));
}

}  // namespace
}  // namespace ekiben::batch
