// SPDX-License-Identifier: Apache-2.0
#include "base/path_patterns.h"

#include <fnmatch.h>

#include <algorithm>
#include <span>
#include <utility>

namespace ekiben {
namespace {

using Parts = std::span<const std::string>;

std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

// Whether the pattern means the path, or a folder above it.
bool Matches(Parts pattern, Parts path, bool only_folders) {
  if (pattern.empty()) return !path.empty() || !only_folders;
  if (pattern.front() == "**") {
    const Parts rest = pattern.subspan(1);
    if (rest.empty()) return !path.empty();
    for (size_t skipped = 0; skipped < path.size(); ++skipped) {
      if (Matches(rest, path.subspan(skipped), only_folders)) return true;
    }
    return false;
  }
  return !path.empty() && fnmatch(pattern.front().c_str(), path.front().c_str(), 0) == 0 &&
         Matches(pattern.subspan(1), path.subspan(1), only_folders);
}

}  // namespace

PathPatterns::PathPatterns(const std::vector<std::string>& lines) {
  for (std::string_view line : lines) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    Pattern pattern = Parse(line);
    if (!pattern.parts.empty()) patterns_.push_back(std::move(pattern));
  }
}

PathPatterns::Pattern PathPatterns::Parse(std::string_view line) {
  Pattern pattern;
  if (line.starts_with('!')) {
    pattern.negated = true;
    line.remove_prefix(1);
  }
  pattern.only_folders = line.ends_with('/');
  // A slash within it ties a pattern to the folder; without one it means any depth.
  const size_t slash = line.find('/');
  const bool tied = slash != line.npos && slash + 1 < line.size();
  pattern.parts = Split(line);
  if (!tied && !pattern.parts.empty()) pattern.parts.insert(pattern.parts.begin(), "**");
  return pattern;
}

bool PathPatterns::Match(std::string_view path) const {
  const std::vector<std::string> parts = Split(path);
  const auto last = std::ranges::find_if(
      patterns_.rbegin(), patterns_.rend(),
      [&](const auto& one) { return Matches(one.parts, parts, one.only_folders); });
  return last != patterns_.rend() && !last->negated;
}

}  // namespace ekiben
