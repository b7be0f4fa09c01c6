// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "base/status.h"
#include "bento/build_options.h"

namespace ekiben::cli {

inline constexpr const char* kBentofile = "bentofile.yaml";
inline constexpr const char* kPyproject = "pyproject.toml";

// What a folder's bentofile.yaml says, or its pyproject.toml where that has a part for it; nothing
// where there is neither. kInvalidArgument shows the line of a mistake.
Result<std::optional<bento::BuildOptions>> BuildOptionsOf(const std::filesystem::path& folder);

// What the named bentofile says.
Result<bento::BuildOptions> ReadBuildOptions(const std::filesystem::path& bentofile);

}  // namespace ekiben::cli
