// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace ekiben::store {

// The folders in `path` whose names may be part of a tag, sorted; none where there is no `path`.
Result<std::vector<std::string>> Subfolders(const std::filesystem::path& path);

// What is in a folder, unsorted; nothing where it cannot be read.
std::vector<std::filesystem::path> EntriesOf(const std::filesystem::path& folder);

// Bytes of all files below `path`; 0 where there is none.
uint64_t SizeOfTree(const std::filesystem::path& path);

}  // namespace ekiben::store
