// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace ekiben::image {

// Which files an image has whose layers are on this machine: their names, not what is in them.
// A value.
class BaseFiles {
 public:
  // One thing of a layer, as its tar names it; layers come from the lowest to the topmost, and a
  // layer's deletions (".wh.…") count for those below, so each is ended by EndLayer().
  void Add(std::string_view name, bool is_folder);
  void EndLayer();

  // "usr/bin/python3.11"
  bool Has(const std::string& path) const { return files_.contains(path); }
  // Whether a file in any folder is called so.
  bool HasName(const std::string& name) const { return names_.contains(name); }

 private:
  void Remove(const std::string& path);
  void RemoveBelow(const std::string& folder);

  std::set<std::string> files_;  // Relative to the root.
  std::set<std::string> added_;  // By the layer that is being read.
  std::multiset<std::string> names_;
};

}  // namespace ekiben::image
