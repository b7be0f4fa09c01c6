// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "base/status.h"

namespace ekiben::image {

// The shared libraries that this process has loaded, links resolved.
std::set<std::filesystem::path> LoadedLibraries();

// Makes the runtime plugin load an artefact, and with it what it finds by itself, as it would in
// order to serve, so that LoadedLibraries() has it. Fails where that does. Returns the plugin's
// file.
Result<std::filesystem::path> LoadRuntime(const std::string& name,
                                          const std::filesystem::path& artefact);

}  // namespace ekiben::image
