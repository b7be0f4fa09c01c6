// SPDX-License-Identifier: Apache-2.0
#include "base/copy_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/status_matchers.h"

namespace ekiben {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CopyFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / (std::to_string(getpid()) + "copies");
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path From(const std::string& bytes) const {
    EXPECT_THAT(WriteNewFile(folder_ / "from", bytes), IsOk());
    return folder_ / "from";
  }

  fs::path folder_;
};

TEST_F(CopyFileTest, ACopyHasAllBytesAndThePermissionsThatWereAsked) {
  const std::string bytes(700'001, 'x');  // More than one chunk, and a rest.
  const mode_t before = umask(0077);
  EXPECT_THAT(CopyFile(From(bytes), folder_ / "to", 0755), IsOk());
  umask(before);
  EXPECT_EQ(ReadFile(folder_ / "to", 1 << 20).value(), bytes);
  EXPECT_EQ(fs::status(folder_ / "to").permissions(), fs::perms(0755));
}

TEST_F(CopyFileTest, WhatIsThereStays) {
  ASSERT_THAT(WriteNewFile(folder_ / "to", "first"), IsOk());
  EXPECT_THAT(CopyFile(From("second"), folder_ / "to", 0644), HasMessage(HasSubstr("exists")));
  EXPECT_EQ(ReadFile(folder_ / "to", 100).value(), "first");
}

TEST_F(CopyFileTest, WhatIsNoFileIsNotWaitedFor) {
  ASSERT_EQ(mkfifo((folder_ / "from").c_str(), 0600), 0);
  EXPECT_THAT(CopyFile(folder_ / "from", folder_ / "to", 0644),
              HasMessage(HasSubstr("cannot read")));
  EXPECT_FALSE(fs::exists(folder_ / "to"));
}

TEST_F(CopyFileTest, AFileThatMayNotGrowAsFarIsSaidWithItsReason) {
  const fs::path from = From(std::string(300'000, 'x'));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const Status copied = CopyFile(from, folder_ / "to", 0644);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  EXPECT_THAT(copied, HasMessage(HasSubstr("/to': File too large")));
}

}  // namespace
}  // namespace ekiben
