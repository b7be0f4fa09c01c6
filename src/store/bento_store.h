// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/status.h"
#include "store/bento_info.h"
#include "store/model_store.h"
#include "store/tag_store.h"

namespace ekiben::store {

// The bentos under one home. Thread-safe; TagStore says what that means, and how they are found.
class BentoStore : public TagStore<BentoInfo> {
 public:
  // The folder need not exist; the first bento that is built makes it.
  explicit BentoStore(std::filesystem::path home);
};

// Reads the bento in a folder, wherever that lies and whatever it is called.
Result<BentoInfo> ReadBento(const std::filesystem::path& folder);

// The models that a bento is served with: its own, or those of `home` where it has none within, as
// BentoML leaves them out since 1.1.
ModelStore ModelsOf(const BentoInfo& bento, const std::filesystem::path& home);

// The digest of a bento's files as they are, whatever bento.yaml says of it. Reads all of them.
Result<std::string> DigestOf(const BentoInfo& bento);

// kFailedPrecondition where a bento's files are not those that it was built of. Reads all of them.
// Fine where bento.yaml has no digest.
Status CheckDigest(const BentoInfo& bento);
// The same of a bento whose files have `digest`.
Status CheckDigest(const BentoInfo& bento, const std::string& digest);

}  // namespace ekiben::store
