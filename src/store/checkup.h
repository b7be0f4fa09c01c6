// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace ekiben::store {

// Something about a store that is not as it should be. A value.
struct Finding {
  enum class Level {
    kError,    // Something is lost, damaged or cannot be done.
    kWarning,  // Nothing is lost, and somebody should know.
  };
  enum class Repair {
    kNone,          // Only a person can.
    kRemove,        // `where` goes.
    kPointToModel,  // `latest` of the model whose folder `where` is.
    kPointToBento,
  };
  Level level = Level::kError;
  std::string what;             // "model 'iris:v1' cannot be read: …"
  std::filesystem::path where;  // A file or folder.
  std::string next;             // What to do now.
  Repair repair = Repair::kNone;
};

// What a look at a whole store has come to.
struct Checkup {
  size_t models = 0;  // Those that can be read.
  size_t bentos = 0;  // Those that can be read, have their models, and are as they were built.
  uint64_t free_bytes = 0;  // On the disk that it is on.
  std::vector<Finding> findings;
};

// Reads every model and bento under `home`, all bytes of bentos included, and looks at `latest`, at
// what killed writers have left in tmp, at locks, permissions and the disk. Changes nothing, waits
// for nobody, and is safe while others write: what they are at is no finding. A home that does not
// exist is an empty store.
Checkup CheckStore(const std::filesystem::path& home);

// Does what `finding.repair` says, under the store's lock; kUnavailable where somebody writes.
// REQUIRES: CheckStore(home) has found it, and its repair is not kNone.
Status RepairFinding(const std::filesystem::path& home, const Finding& finding);

}  // namespace ekiben::store
