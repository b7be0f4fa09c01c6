// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>

#include "base/file.h"
#include "base/status.h"

namespace ekiben::store {

// Held while `latest` or the set of versions of a name changes: flock(2) on HOME/tmp/models.lock or
// bentos.lock, as every other writer of the store does, whatever language it is written in.
//
// Released when destroyed, and by the kernel when the process dies. Keeps out other threads of this
// process as well. Readers need none.
class StoreLock {
 public:
  // Waits until nobody else holds it, `patience` at most: then kUnavailable.
  // REQUIRES: the folder of `file` exists.
  static Result<StoreLock> Take(const std::filesystem::path& file,
                                std::chrono::milliseconds patience = std::chrono::seconds(60));

 private:
  explicit StoreLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace ekiben::store
