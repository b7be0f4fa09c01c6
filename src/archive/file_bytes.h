// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/file.h"
#include "base/status.h"

namespace ekiben::archive {

// Takes bytes that were made or read, piece by piece; what it fails with ends what gives them.
using ByteSink = std::function<Status(std::string_view bytes)>;

// Gives the `size` bytes of an open file to `sink`; `path` is what an error calls the file.
// kFailedPrecondition where there are fewer or more, since then it changes while it is read.
Status GiveBytes(const FileDescriptor& file, const std::filesystem::path& path, uint64_t size,
                 const ByteSink& sink);

}  // namespace ekiben::archive
