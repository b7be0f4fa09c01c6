// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_patterns.h"

namespace ekiben::reload {

// Decides which files of a service's folder count: when one of them changes, the service is loaded
// anew. Plain values, no disk.
//
// With a bentofile these are the files that it packs; without one Python's and what is usually
// configured with. What editors, tools and Python leave beside them never counts.
class WatchedFiles {
 public:
  // What a bentofile says.
  struct Packed {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
  };

  explicit WatchedFiles(std::optional<Packed> packed = std::nullopt);

  // Whether the file at `path`, relative to the folder, counts. One that ends with a slash is a
  // folder that has come or gone as a whole.
  bool Counts(std::string_view path) const;

  // Whether the folder at `path` may have files that count.
  static bool Enters(std::string_view path);

 private:
  PathPatterns include_, exclude_;
};

}  // namespace ekiben::reload
