// SPDX-License-Identifier: Apache-2.0
#include "worker/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace ekiben::worker {
namespace {

namespace fs = std::filesystem;

constexpr int kMostOfAName = 100;

// Writes to a file of the system's, which must be there.
bool Write(const fs::path& file, uint64_t number) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  std::ofstream out(file);
  out << number;
  return static_cast<bool>(out.flush());
}

// The folder of this process's own group and the name of the file with the limit: in the memory
// controller's tree (version 1) where there is one, else in the common tree (version 2).
struct Place {
  fs::path folder;
  const char* limit;
};

Place FindPlace(const fs::path& groups) {
  std::ifstream file("/proc/self/cgroup");
  Place place{groups, "memory.max"};
  for (std::string line; std::getline(file, line);) {
    const size_t path = line.find(":/");
    if (path == line.npos) continue;
    const std::string own = line.substr(path + 2);
    if (line.starts_with("0::")) place = {groups / own, "memory.max"};
    if (std::string_view(line).substr(0, path).ends_with(":memory")) {
      return {groups / "memory" / own, "memory.limit_in_bytes"};
    }
  }
  return place;
}

}  // namespace

MemoryLimit::MemoryLimit(const std::string& name, uint64_t bytes, size_t processes,
                         const fs::path& groups)
    : share_(bytes / std::max<size_t>(1, processes)) {
  const Place place = FindPlace(groups);
  std::error_code error;
  fs::path group;
  // While a service is replaced by a newer one, both have a group.
  bool is_made = false;
  for (int number = 0; number < kMostOfAName && !is_made; ++number) {
    group = place.folder / fmt::format("ekiben-{}-{}-{}", getpid(), name, number);
    is_made = fs::create_directory(group, error) && !error;
    if (error) return;
  }
  if (!is_made) return;
  if (Write(group / place.limit, bytes) && fs::exists(group / "cgroup.procs", error)) {
    group_ = group;
  } else {
    fs::remove(group, error);
  }
}

MemoryLimit::~MemoryLimit() {
  std::error_code ignored;
  if (has_group()) fs::remove(group_, ignored);
}

void MemoryLimit::Add(pid_t pid) const {
  if (has_group() && Write(group_ / "cgroup.procs", static_cast<uint64_t>(pid))) return;
  const rlimit limit{.rlim_cur = share_, .rlim_max = share_};
  prlimit(pid, RLIMIT_DATA, &limit, nullptr);
}

}  // namespace ekiben::worker
