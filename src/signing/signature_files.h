// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "signing/statement.h"

namespace ekiben::signing {

// Where the signatures of a bento or model lie in a home: HOME/signatures/bentos/NAME/VERSION/,
// beside the store, so that they change no digest. One file a key, named by its id.
std::filesystem::path SignatureFolder(const std::filesystem::path& home, const std::string& kind,
                                      const std::string& name, const std::string& version);

// All that are there, none where there is no folder. A file that is none is an error.
Result<std::vector<Signature>> ReadSignatures(const std::filesystem::path& folder);

// Writes one as a whole, in place of an older one of the same key.
Status WriteSignature(const std::filesystem::path& folder, const std::string& key_id,
                      const Signature& signature);

// Removes all of one bento or model; none being there is no failure.
Status RemoveSignatures(const std::filesystem::path& folder);

}  // namespace ekiben::signing
