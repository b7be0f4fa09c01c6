// SPDX-License-Identifier: Apache-2.0
#include "store/folders.h"

#include <algorithm>
#include <system_error>

#include "base/file.h"
#include "store/tag.h"

namespace ekiben::store {

namespace fs = std::filesystem;

Result<std::vector<std::string>> Subfolders(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename();
    if (IsTagPart(name) && entry->is_directory(ignored)) names.push_back(name);
  }
  if (error == std::errc::no_such_file_or_directory) return names;
  if (error) return Error(FileError("cannot read the folder", path, error.value()));
  std::ranges::sort(names);
  return names;
}

std::vector<fs::path> EntriesOf(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  return entries;
}

uint64_t SizeOfTree(const fs::path& path) {
  uint64_t size = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) size += entry->file_size(ignored);
  }
  return size;
}

}  // namespace ekiben::store
