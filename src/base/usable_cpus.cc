// SPDX-License-Identifier: Apache-2.0
#include "base/usable_cpus.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace ekiben {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

double Affinity() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return kNone;  // More than a set can hold.
  return std::max(1, CPU_COUNT(&set));
}

// The quota of one control group: version 2 writes "max 100000" or "150000 100000" into a file,
// version 1 each number into a file of its own, -1 for none.
double QuotaOf(const std::filesystem::path& group) {
  double quota = 0, period = 0;
  if (std::ifstream both(group / "cpu.max"); both) {
    both >> quota >> period;
  } else {
    std::ifstream(group / "cpu.cfs_quota_us") >> quota;
    std::ifstream(group / "cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : kNone;
}

double SmallestQuota(const std::filesystem::path& root, std::filesystem::path group) {
  double smallest = QuotaOf(root);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    smallest = std::min(smallest, QuotaOf(root / group));
  }
  return smallest;
}

}  // namespace

double CpuQuota(const std::filesystem::path& root, std::string_view membership) {
  double smallest = kNone;
  while (!membership.empty()) {
    const std::string_view line = membership.substr(0, membership.find('\n'));
    membership.remove_prefix(std::min(line.size() + 1, membership.size()));
    const size_t kinds = line.find(':'), group = line.find(':', kinds + 1);
    if (group == line.npos) continue;
    const std::string_view controllers = line.substr(kinds + 1, group - kinds - 1);
    const std::string listed = "," + std::string(controllers) + ",";
    if (controllers.empty()) {
      smallest = std::min(smallest, SmallestQuota(root, line.substr(group + 1)));
    } else if (listed.find(",cpu,") != listed.npos) {
      smallest = std::min(smallest, SmallestQuota(root / "cpu", line.substr(group + 1)));
    }
  }
  return smallest;
}

double UsableCpus() {
  std::ifstream file("/proc/self/cgroup");
  const std::string membership(std::istreambuf_iterator<char>(file), {});
  return std::min(Affinity(), CpuQuota("/sys/fs/cgroup", membership));
}

}  // namespace ekiben
