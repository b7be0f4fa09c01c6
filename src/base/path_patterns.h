// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ekiben {

// Patterns as .gitignore has them, which bentofiles use too: `*.py`, `tests/`, `/data/**/*.json`,
// `!keep.py`. The last that matches a path decides. A pattern that means a folder means everything
// in it. A value.
class PathPatterns {
 public:
  PathPatterns() = default;
  explicit PathPatterns(const std::vector<std::string>& lines);

  // `path` is that of a file, relative to the folder that the patterns are for, with slashes.
  bool Match(std::string_view path) const;

 private:
  struct Pattern {
    std::vector<std::string> parts;  // "**" is any number of folders.
    bool only_folders = false;
    bool negated = false;
  };

  static Pattern Parse(std::string_view line);

  std::vector<Pattern> patterns_;
};

}  // namespace ekiben
