// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bento/build_options.h"

namespace ekiben::bento {

// A requirement that is a git repository.
struct GitPackage {
  std::string url;           // As git takes it.
  std::string revision;      // A branch, tag or commit; empty: the repository's own choice.
  std::string subdirectory;  // Of the repository; empty: its root.
  std::string extras;        // "[more]", or nothing.
  std::string marker;        // "python_version < '3.12'", or nothing.
};

// What a line of requirements says, where it says that: "name @ git+https://host/repo@v1", or
// "git+https://host/repo@v1#egg=name&subdirectory=python", as PEP 508 and pip have them.
std::optional<GitPackage> ParseGitPackage(std::string_view line);

// Who packs such packages, and for whom.
struct GitPackRequest {
  std::filesystem::path scratch;  // An empty folder to be, removed afterwards.
  std::filesystem::path wheels;   // Where the wheels go.
  std::filesystem::path root;     // The folder that is built: paths of find_links begin there.
  PythonOptions options;
  std::string python;  // The interpreter that builds.
};

// Requirements without those out of repositories.
struct PackedRequirements {
  std::string text;                 // With a comment for each that was packed: of what commit.
  std::vector<std::string> wheels;  // "wheels/tiny-1.0-py3-none-any.whl[more]; marker"
};

// Clones each package of the text at its revision and has uv build a wheel of it, in which all
// times are the same, so that the same commit gives the same wheel where its build does. kNotFound
// without git or uv, kFailedPrecondition where one of them fails; what they say is on stderr.
Result<PackedRequirements> PackGitPackages(std::string_view requirements,
                                           const GitPackRequest& request);

}  // namespace ekiben::bento
