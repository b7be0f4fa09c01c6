// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_places.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <ranges>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"

namespace ekiben::registry {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = size_t{1} << 20;
constexpr size_t kMostLines = 4000;  // Of which half stay when there are more.

std::string LineOf(const Reference& where, const std::string& digest) {
  return fmt::format("{} {}/{}", digest, where.Host(), where.Path());
}

}  // namespace

// REQUIRES: mutex_ is held.
const std::vector<std::string>& BlobPlaces::Lines() {
  if (std::exchange(is_read_, true)) return lines_;
  const auto text = ReadFile(file_, kMostBytes);
  if (!text) return lines_;
  for (const auto line : std::views::split(*text, '\n')) {
    if (!line.empty()) lines_.emplace_back(line.begin(), line.end());
  }
  if (lines_.size() > kMostLines) Shorten();
  return lines_;
}

void BlobPlaces::Shorten() {
  lines_.erase(lines_.begin(), lines_.end() - kMostLines / 2);
  const fs::path beside = fmt::format("{}.{}", file_.string(), getpid());
  std::error_code ignored;
  if (WriteNewFile(beside, fmt::format("{}\n", fmt::join(lines_, "\n"))).ok()) {
    fs::rename(beside, file_, ignored);
  }
}

std::string BlobPlaces::Other(const Reference& where, const std::string& digest) {
  const std::lock_guard lock(mutex_);
  const std::string own = LineOf(where, digest);
  const std::string begin = fmt::format("{} {}/", digest, where.Host());
  for (const std::string& line : std::views::reverse(Lines())) {
    if (line.starts_with(begin) && line != own) return line.substr(begin.size());
  }
  return "";
}

void BlobPlaces::Add(const Reference& where, const std::string& digest) {
  const std::lock_guard lock(mutex_);
  std::string line = LineOf(where, digest);
  if (std::ranges::find(Lines(), line) != lines_.end()) return;
  std::error_code ignored;
  fs::create_directories(file_.parent_path(), ignored);
  const FileDescriptor file(open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (file.valid()) (void)WriteAll(file, line + "\n", file_);
  lines_.push_back(std::move(line));
}

}  // namespace ekiben::registry
