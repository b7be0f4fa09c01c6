// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "base/status.h"

namespace ekiben {

// Copies a file's bytes into a new one with these permissions, whatever the umask is. Fails where
// `to` exists or `from` is no file, in FileError's words; what was written until then stays.
Status CopyFile(const std::filesystem::path& from, const std::filesystem::path& to, mode_t mode);

}  // namespace ekiben
