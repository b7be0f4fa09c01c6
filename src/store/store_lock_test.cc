// SPDX-License-Identifier: Apache-2.0
#include "store/store_lock.h"

#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "base/status_matchers.h"

namespace ekiben::store {
namespace {

using std::chrono::milliseconds;

std::filesystem::path LockFile() {
  return std::filesystem::path(testing::TempDir()) /
         ("store_lock_test.lock" + std::to_string(getpid()));
}

TEST(StoreLockTest, OnlyOneHoldsItAtATime) {
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto lock = StoreLock::Take(LockFile());
        ASSERT_THAT(lock, IsOk());
        if (++inside > most) most = inside.load();
        --inside;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(most, 1);
}

TEST(StoreLockTest, WhoWaitsTooLongIsToldWhy) {
  const auto held = StoreLock::Take(LockFile());
  EXPECT_THAT(StoreLock::Take(LockFile(), milliseconds(0)), HasCode(Code::kUnavailable));
}

TEST(StoreLockTest, ALockFileThatWasDeletedIsMadeAnew) {
  const auto held = StoreLock::Take(LockFile());
  std::filesystem::remove(LockFile());
  EXPECT_THAT(StoreLock::Take(LockFile(), milliseconds(0)), IsOk());
}

TEST(StoreLockTest, AMissingFolderIsNamed) {
  EXPECT_THAT(StoreLock::Take("/nowhere/models.lock"), HasCode(Code::kNotFound));
}

}  // namespace
}  // namespace ekiben::store
