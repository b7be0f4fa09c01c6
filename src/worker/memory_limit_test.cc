// SPDX-License-Identifier: Apache-2.0
#include "worker/memory_limit.h"

#include <sys/resource.h>

#include <gtest/gtest.h>

#include "worker/process.h"

namespace ekiben::worker {
namespace {

TEST(MemoryLimitTest, WithoutControlGroupsEachProcessIsHeldToItsShare) {
  const MemoryLimit limit("iris", 64 << 20, 2, "/nonexistent");
  EXPECT_FALSE(limit.has_group());
  auto sleeping = Process::Start({.command = {"/bin/sleep", "60"}});
  ASSERT_TRUE(sleeping) << sleeping.error().message();
  limit.Add(sleeping->pid());
  rlimit data{};
  prlimit(sleeping->pid(), RLIMIT_DATA, nullptr, &data);
  EXPECT_EQ(data.rlim_cur, 32U << 20);
}

TEST(MemoryLimitTest, ItsGroupIsGoneAfterwards) {
  const std::filesystem::path before = [] {
    const MemoryLimit limit("gone", 64 << 20, 1);
    return limit.group();
  }();
  EXPECT_TRUE(before.empty() || !std::filesystem::exists(before));
}

}  // namespace
}  // namespace ekiben::worker
