// SPDX-License-Identifier: Apache-2.0
#include "base/usable_cpus.h"

#include <unistd.h>

#include <cmath>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace ekiben {
namespace {

class UsableCpusTest : public testing::Test {
 protected:
  ~UsableCpusTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << '\n';
  }

  const std::filesystem::path root_ =
      std::filesystem::path(testing::TempDir()) / ("cgroups" + std::to_string(getpid()));
};

TEST_F(UsableCpusTest, ThereIsAlwaysSomethingToRunOn) { EXPECT_GT(UsableCpus(), 0); }

TEST_F(UsableCpusTest, TheSmallestQuotaOnTheWayUpCounts) {
  Write("a/cpu.max", "150000 100000");
  Write("a/b/cpu.max", "max 100000");
  Write("c/cpu.max", "50000 100000");
  EXPECT_EQ(CpuQuota(root_, "0::/a/b\n"), 1.5);
}

TEST_F(UsableCpusTest, AContainerSeesItsOwnGroupAsTheRoot) {
  Write("cpu.max", "50000 100000");
  EXPECT_EQ(CpuQuota(root_, "0::/not/visible/here\n"), 0.5);
}

TEST_F(UsableCpusTest, GroupsOfVersionOneHaveTwoFiles) {
  Write("cpu/box/cpu.cfs_quota_us", "200000");
  Write("cpu/box/cpu.cfs_period_us", "50000");
  EXPECT_EQ(CpuQuota(root_, "3:cpuset:/\n2:cpu,cpuacct:/box\n0::/\n"), 4);
  Write("cpu/box/cpu.cfs_quota_us", "-1");
  EXPECT_TRUE(std::isinf(CpuQuota(root_, "2:cpu,cpuacct:/box\n")));
}

TEST_F(UsableCpusTest, WithoutAQuotaThereIsNone) {
  Write("cpu.max", "max 100000");
  EXPECT_TRUE(std::isinf(CpuQuota(root_, "0::/\n")));
  EXPECT_TRUE(std::isinf(CpuQuota(root_, "nonsense")));
  EXPECT_TRUE(std::isinf(CpuQuota(root_, "")));
}

}  // namespace
}  // namespace ekiben
