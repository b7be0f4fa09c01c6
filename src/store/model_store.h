// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <utility>

#include "base/status.h"
#include "store/model_info.h"
#include "store/staging.h"
#include "store/tag_store.h"

namespace ekiben::store {

// The models under one home. Thread-safe; TagStore says what that means, and how they are found.
class ModelStore : public TagStore<ModelInfo> {
 public:
  // The folder need not exist; the first model that is saved makes it.
  explicit ModelStore(std::filesystem::path home);

  // Moves the staged files into the store as `info.tag` and makes them `latest` unless a newer
  // model is. Writes model.yaml. kFailedPrecondition where the version is taken.
  // REQUIRES: `staging` was made in home()
  Result<ModelInfo> Publish(StagingFolder staging, ModelInfo info) const;
  using TagStore::Publish;
};

}  // namespace ekiben::store
