// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <utility>

#include "base/file.h"
#include "base/status.h"

namespace ekiben::store {

// An empty folder in HOME/tmp to write something into before it is published, or to put something
// into that is to be deleted. Removes what is left of it when destroyed. After a crash it stays,
// and nobody looks at it, until a writer finds it there a day later.
//
// Holds a shared flock(2) on the folder, so that others see that somebody still writes there.
class StagingFolder {
 public:
  // Makes HOME and HOME/tmp where they are missing, and sweeps what crashes have left there.
  static Result<StagingFolder> Make(const std::filesystem::path& home);

  StagingFolder(StagingFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), held_(std::move(other.held_)) {}
  StagingFolder& operator=(StagingFolder&&) = delete;
  ~StagingFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  StagingFolder(std::filesystem::path path, FileDescriptor held)
      : path_(std::move(path)), held_(std::move(held)) {}

  std::filesystem::path path_;  // Empty once moved from.
  FileDescriptor held_;         // The folder, locked.
};

// Removes from `tmp`, which is HOME/tmp, what writers left that died a day ago or earlier: what has
// a writer's random name, has not changed for a day, and is locked by nobody.
void SweepLeftovers(const std::filesystem::path& tmp);

// Makes a folder, and those above it, where they are missing.
Status MakeFolders(const std::filesystem::path& path);

// Flushes every file and folder below `path`, and `path`, to the disk. Links are left alone.
Status FlushTree(const std::filesystem::path& path);

// Renames `from` to `to`; fails with EEXIST where `to` exists. Returns the errno, 0 for success.
// REQUIRES: the caller holds the store's lock, since not every file system can do both in one step.
int RenameToNew(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace ekiben::store
