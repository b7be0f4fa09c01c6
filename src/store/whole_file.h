// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "base/status.h"

namespace ekiben::store {

// A name beside `path` that nobody else uses, of what is to be renamed to `path` once it is whole.
std::filesystem::path Beside(const std::filesystem::path& path);

// Writes a file over what is there, as a whole; where it fails, what was there stays.
Status WriteWhole(const std::filesystem::path& file, std::string_view bytes);

}  // namespace ekiben::store
