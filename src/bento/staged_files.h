// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "base/status.h"

namespace ekiben::bento {

// Writes into a folder that is published later, which flushes it: nothing here does. Modes are 0644
// or 0755, so that they are the same wherever a bento is built.

// Makes the folders above `file` and writes it.
Status PutText(const std::filesystem::path& file, std::string_view text, bool executable = false);

// Makes the folders above `to` and copies the bytes; it can be run where the original can.
Status PutFile(const std::filesystem::path& from, const std::filesystem::path& to);

// Copies all files below a folder. kInvalidArgument where one is a link or a device.
Status PutTree(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace ekiben::bento
