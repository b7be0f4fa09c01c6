// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace ekiben::cli {

// What is below `folder`, a line each, drawn as a tree, with the sizes of files.
std::string FileTree(const std::filesystem::path& folder);

}  // namespace ekiben::cli
