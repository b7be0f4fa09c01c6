// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bento/build_options.h"

namespace ekiben::bento {

inline constexpr const char* kRequirements = "requirements.txt";
inline constexpr const char* kWheelRequirements = "wheels.in";  // While it is locked.
inline constexpr const char* kLock = "requirements.lock.txt";

// What is locked, and for whom.
struct LockRequest {
  std::filesystem::path folder;  // With requirements.txt; the lock is written beside it.
  std::filesystem::path root;    // The folder that is built: paths of find_links begin there.
  PythonOptions options;
  std::string python;          // The interpreter that uv may ask.
  std::string python_version;  // Of the bento: "3.11".
  // Beside requirements.txt, whose closure is locked too: "wheels/tiny-1.0-py3-none-any.whl[more]".
  std::vector<std::string> wheels = {};
  bool hashes = true;  // Not for packages out of repositories, which have none.
};

// The arguments of `uv pip compile`: the whole closure, a hash for each file, and no index that the
// bentofile does not name.
std::vector<std::string> LockArguments(const LockRequest& request);

// The index of the options as uv has it, among the words of a command of its own.
void AddIndex(const PythonOptions& options, const std::filesystem::path& root,
              std::vector<std::string>& words);

// A lock without the wheels that lie beside it: where they are found depends on who reads it.
std::string WithoutWheels(std::string_view lock);

// Whether the lock of `folder` has packages out of git.
Result<bool> LocksGit(const std::filesystem::path& folder);

// Resolves the packages with uv, which is looked for in PATH, beside the interpreter and as its
// module. kNotFound where there is none, kInvalidArgument where the packages cannot be had; uv has
// said on stderr why.
Status LockPackages(const LockRequest& request);

}  // namespace ekiben::bento
