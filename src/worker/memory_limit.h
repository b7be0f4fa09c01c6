// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace ekiben::worker {

// How much memory some processes may take together.
//
// They get a control group of their own, beside this process or below it, where the system lets us
// make one: who goes beyond is killed. Elsewhere each is held to its share of private memory
// (RLIMIT_DATA), beyond which Python raises MemoryError. The group is removed at the end, by when
// the processes must have ended.
class MemoryLimit {
 public:
  // `name` is the group's, and `processes` how many there will be at a time. `groups` is where the
  // system's control groups are.
  MemoryLimit(const std::string& name, uint64_t bytes, size_t processes,
              const std::filesystem::path& groups = "/sys/fs/cgroup");
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit();

  // The folder of the group; empty where there is none.
  const std::filesystem::path& group() const { return group_; }
  bool has_group() const { return !group_.empty(); }
  // Holds a process, just started, to the limit.
  void Add(pid_t pid) const;

 private:
  const uint64_t share_;
  std::filesystem::path group_;
};

}  // namespace ekiben::worker
