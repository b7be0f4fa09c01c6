// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::store {

// "sha256:…" of what is below `folder`, a bento: the same for the same names, modes and bytes,
// whatever the times and owners. docs/formats/bento.md has every byte of it.
//
// `bento_yaml` is the text that counts in place of the file bento.yaml, which need not be there;
// its creation_time, version and digest do not count. kInvalidArgument names what is neither a file
// nor a folder.
Result<std::string> TreeDigest(const std::filesystem::path& folder, std::string_view bento_yaml);

}  // namespace ekiben::store
