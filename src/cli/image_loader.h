// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"

namespace ekiben::cli {

// The first of docker and podman on the path that answers. kFailedPrecondition where none does,
// with what each of them said.
Result<std::string> FindImageLoader();

// Gives an archive to `loader`, one that FindImageLoader() found. Fails with what it says.
Status LoadImage(const std::string& loader, const std::filesystem::path& archive);

}  // namespace ekiben::cli
