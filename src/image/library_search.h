// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace ekiben::image {

// Finds the shared libraries that programs need, where the loader of this machine finds them: the
// RPATH or RUNPATH of who needs them, /etc/ld.so.cache, then the system's folders. LD_LIBRARY_PATH
// is not looked at, since it is not there where the image runs, nor are variants for newer
// processors, since it may run on an older one.
class LibrarySearch {
 public:
  // Reads the cache of the loader; without one the system's folders are left.
  LibrarySearch();
  // For tests: this cache, in the format of the C library.
  explicit LibrarySearch(std::string_view cache);

  // Adds a program or library, and all that it needs in turn. Programs come first: their loader is
  // the one that libraries name. kNotFound names the library that is
  // missing and who needs it.
  Status Add(const std::filesystem::path& file);

  // The libraries that were needed, and the loader: each at the path at which the loader asks for
  // it. Not what was added itself.
  const std::set<std::filesystem::path>& found() const { return found_; }

  // The folders of `found()` in which a loader looks only where it is told to.
  std::set<std::filesystem::path> OtherFolders() const;

 private:
  struct Needs;

  Result<std::filesystem::path> Find(const std::string& name, const Needs& needs) const;
  Status AddNeeds(const std::filesystem::path& file, std::vector<std::filesystem::path> inherited);
  bool IsLoader(const std::filesystem::path& library) const;

  std::map<std::string, std::filesystem::path, std::less<>> cache_;
  std::set<std::filesystem::path> found_;
  std::set<std::filesystem::path> seen_;
  std::filesystem::path loader_;
};

}  // namespace ekiben::image
