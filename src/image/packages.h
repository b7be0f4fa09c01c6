// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace ekiben::image {

// A package of the system, as dpkg knows it.
struct Package {
  std::string name = {}, version = {}, architecture = {};
  std::string about = {};  // Its whole paragraph in dpkg's status, with a newline at the end.
};

// The packages that these files came with, by file. Files that no package knows are left out, and
// so are all where there is no dpkg. A file is known by its path, by what its links lead to, and by
// either with or without the /usr in front that merged systems have.
std::map<std::filesystem::path, Package> PackagesOf(
    const std::set<std::filesystem::path>& files,
    const std::filesystem::path& dpkg = "/var/lib/dpkg");

}  // namespace ekiben::image
