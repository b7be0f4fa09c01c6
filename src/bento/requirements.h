// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "bento/build_options.h"

namespace ekiben::bento {

// What a bento's Python needs, as pip reads it.
struct Requirements {
  std::string text;         // A requirement a line; what files named with -r had is in it.
  std::string constraints;  // What files named with -c had; the text refers to kConstraints then.

  bool empty() const { return text.empty(); }
  // Whether a package comes out of a repository, for which git is needed and no hash can be had.
  bool needs_git() const;
};

inline constexpr const char* kConstraints = "constraints.txt";

// The packages of the options, or the file that they name, in the folder that is built.
Result<Requirements> ReadRequirements(const PythonOptions& options,
                                      const std::filesystem::path& folder);

}  // namespace ekiben::bento
