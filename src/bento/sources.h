// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace ekiben::bento {

// A file that goes into a bento.
struct SourceFile {
  std::string path;            // Relative to the folder that is built, with slashes.
  std::filesystem::path from;  // Where its bytes are: elsewhere in the folder where it is a link.
};

struct Sources {
  std::vector<SourceFile> files;      // Sorted by path.
  std::vector<std::string> warnings;  // Patterns that match nothing.

  bool Has(std::string_view path) const;
};

// The files of `folder` that `include` matches, and neither `exclude` nor a .bentoignore: each
// .bentoignore is for the folder that it is in. .git, what Python has compiled and virtual
// environments never count. Patterns are those of base/path_patterns.h.
//
// kNotFound where a pattern that names one file matches none, kInvalidArgument where a link leads
// out of the folder, a file is neither a file nor a folder, or has a name that import refuses.
Result<Sources> CollectSources(const std::filesystem::path& folder,
                               const std::vector<std::string>& include,
                               const std::vector<std::string>& exclude);

// The file or folder that an option names, links resolved. kNotFound where there is none,
// kInvalidArgument where it is outside of the folder. `key` is the option's name.
Result<std::filesystem::path> ResolveInside(const std::filesystem::path& folder,
                                            const std::filesystem::path& path,
                                            std::string_view key);

}  // namespace ekiben::bento
