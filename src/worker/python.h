// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/status.h"

namespace ekiben::worker {

// The Python interpreter that runs the user's code.
//
// `wanted` where it is not empty (a path, or a name to look for in PATH); else that of the virtual
// environment that is active; else the one beside this program, which is how both are installed
// into one environment; else python3 in PATH. kNotFound names the places looked in.
Result<std::filesystem::path> FindPython(const std::string& wanted);

// Where PATH has a program of this name.
std::optional<std::filesystem::path> FindInPath(const std::string& name);

// Whether `path` is a file that may be run.
bool IsProgram(const std::filesystem::path& path);

}  // namespace ekiben::worker
