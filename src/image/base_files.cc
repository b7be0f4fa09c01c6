// SPDX-License-Identifier: Apache-2.0
#include "image/base_files.h"

#include <filesystem>

namespace ekiben::image {
namespace {

constexpr std::string_view kDeleted = ".wh.", kOpaque = ".wh..wh..opq";

std::string NameOf(const std::string& path) { return std::filesystem::path(path).filename(); }

}  // namespace

void BaseFiles::Add(std::string_view text, bool is_folder) {
  std::string path = std::filesystem::path(text).lexically_normal().relative_path();
  while (path.ends_with('/')) path.pop_back();
  const std::string name = NameOf(path);
  const std::string folder = path.substr(0, path.size() - name.size());  // With a slash at the end.
  if (name == kOpaque) return RemoveBelow(folder);
  if (name.starts_with(kDeleted)) {
    const std::string gone = folder + name.substr(kDeleted.size());
    Remove(gone);
    return RemoveBelow(gone + "/");
  }
  if (!is_folder) added_.insert(path);
}

void BaseFiles::EndLayer() {
  for (const std::string& path : added_) {
    if (files_.insert(path).second) names_.insert(NameOf(path));
  }
  added_.clear();
}

void BaseFiles::Remove(const std::string& path) {
  if (files_.erase(path) == 0) return;
  if (const auto name = names_.find(NameOf(path)); name != names_.end()) names_.erase(name);
}

void BaseFiles::RemoveBelow(const std::string& folder) {
  for (auto file = files_.lower_bound(folder); file != files_.end() && file->starts_with(folder);) {
    const std::string path = *file++;
    Remove(path);
  }
}

}  // namespace ekiben::image
