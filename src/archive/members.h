// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::archive {

// Decides which members of a stranger's archive are written, and where. Plain values, no disk.
//
// Refused is what is absolute or leaves the folder; what is there twice, or would be on a system
// that takes upper and lower case for the same; what lies under a file; what other systems read
// otherwise; too many members; too many bytes.
class Members {
 public:
  struct Limits {
    size_t files = 100'000;
    uint64_t bytes = 0;  // Of all files together.
  };
  // An archive of that many bytes may become 100 times as large, and 1 GiB in any case.
  static Limits LimitsFor(uint64_t archive_size);

  // The error for one that becomes larger.
  static Status TooLarge(const Limits& limits);

  explicit Members(Limits limits) : limits_(limits) {}

  // Where a member goes, below the folder; empty for the folder itself. kInvalidArgument says why
  // it is refused, kResourceExhausted that there are too many.
  Result<std::filesystem::path> AddFolder(std::string_view name);
  Result<std::filesystem::path> AddFile(std::string_view name);

  // So many bytes more of a file are to be written. kResourceExhausted where that is too much.
  Status AddBytes(uint64_t bytes);

 private:
  Result<std::filesystem::path> PathOf(std::string_view name) const;
  // Notes `folder` and those above it. False where one is there in other letters.
  bool Enter(const std::filesystem::path& folder);
  Status CheckCount() const;

  const Limits limits_;
  uint64_t bytes_ = 0;
  // By their names in lower case: a system that tells no case would take them for the same.
  std::map<std::string, std::string> files_, folders_;  // To the name as it was given.
};

}  // namespace ekiben::archive
