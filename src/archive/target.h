// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/members.h"
#include "base/file.h"

namespace ekiben::archive {

// The folder that members are written into. What Members refuses is not written.
class Target {
 public:
  // Fills a buffer of `most` bytes and says with how many; none at the end.
  using Read = std::function<Result<size_t>(char* into, size_t most)>;

  Target(std::filesystem::path folder, Members::Limits limits)
      : folder_(std::move(folder)), members_(limits) {}

  Status AddFolder(std::string_view name);
  Status AddFile(std::string_view name, bool executable, const Read& read);

  // The error for a member that is a link, a device or the like.
  static Status NoFile(std::string_view name);

 private:
  Status MakeFolders(const std::filesystem::path& path) const;

  const std::filesystem::path folder_;
  Members members_;
  std::vector<char> buffer_ = std::vector<char>(1 << 20);
};

}  // namespace ekiben::archive
