// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "store/model_store.h"
#include "store/model_yaml.h"
#include "store/random.h"
#include "store/store_lock.h"

// The half of model_store.h that writes. The order of the steps is what makes a crash harmless;
// docs/formats/model-store.md has it.
namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

Status RenameError(const Tag& tag, const fs::path& from, const fs::path& to, int error_number) {
  if (error_number == EEXIST || error_number == ENOTEMPTY) {
    return FailedPrecondition(fmt::format("model '{}' is in the store already", tag.ToString()))
        .WithHint(fmt::format("leave the version out and a new one is made, or `ekiben models "
                              "delete {}` first",
                              tag.ToString()));
  }
  if (error_number == EXDEV) {
    return FailedPrecondition(fmt::format("'{}' and '{}' are on different file systems",
                                          from.parent_path().string(), to.parent_path().string()))
        .WithHint("set EKIBEN_HOME to a folder that is whole on one file system");
  }
  return FileError("cannot write", to, error_number);
}

}  // namespace

Result<ModelInfo> ModelStore::Publish(StagingFolder staging, ModelInfo info) const {
  info.path = PathOf(info.tag);
  const fs::path folder = models() / info.tag.name;
  Status status = WriteNewFile(staging.path() / kModelYaml, ToModelYaml(info));
  if (status.ok()) status = FlushTree(staging.path());
  if (!status.ok()) return Error(std::move(status));

  const Result<StoreLock> lock = StoreLock::Take(home_ / "tmp" / "models.lock");
  if (!lock) return Error(lock.error());
  if (status = MakeFolders(folder); !status.ok()) return Error(std::move(status));
  if (const int failed = RenameToNew(staging.path(), info.path); failed != 0) {
    return Error(RenameError(info.tag, staging.path(), info.path, failed));
  }
  // From here on the model is in the store. A `latest` that could not be written is found out by
  // readers, so it is reported, but nothing is taken back.
  for (const fs::path& changed : {folder, models(), home_}) {
    if (status = Flush(changed); !status.ok()) return Error(std::move(status));
  }
  const Result<Tag> current = Newest(info.tag.name);
  const Result<ModelInfo> newest = current ? Read(*current) : Error(current.error());
  const bool is_newer = newest && newest->creation_time > info.creation_time;
  if (status = PointTo(is_newer ? *current : info.tag); !status.ok()) {
    return Error(std::move(status));
  }
  return info;
}

Status ModelStore::PointTo(const Tag& tag) const {
  const fs::path written = home_ / "tmp" / RandomName();
  const fs::path latest = models() / tag.name / kLatest;
  if (Status status = WriteNewFile(written, tag.version); !status.ok()) return status;
  std::error_code error;
  fs::rename(written, latest, error);
  if (error) {
    std::error_code ignored;
    fs::remove(written, ignored);
    return RenameError(tag, written, latest, error.value());
  }
  return Flush(latest.parent_path());
}

// Makes `latest` right after a version went; with the last one the name goes too.
Status ModelStore::PointToNewest(const std::string& name) const {
  const Result<std::vector<Tag>> versions = Versions(name);
  if (!versions) return versions.error();
  const Listing rest = ReadAll(*versions);
  if (!rest.models.empty()) return PointTo(rest.models.front().tag);

  const fs::path folder = models() / name;
  std::error_code ignored;
  fs::remove(folder / kLatest, ignored);
  if (versions->empty()) fs::remove(folder, ignored);
  return Flush(models());
}

Status ModelStore::Delete(const Tag& tag) const {
  const fs::path path = PathOf(tag);
  Result<StagingFolder> grave = StagingFolder::Make(home_);
  if (!grave) return grave.error();
  const Result<StoreLock> lock = StoreLock::Take(home_ / "tmp" / "models.lock");
  if (!lock) return lock.error();
  const int failed = RenameToNew(path, grave->path() / tag.version);
  if (failed == ENOENT) return NotThere(tag);
  if (failed != 0) return RenameError(tag, path, grave->path() / tag.version, failed);
  if (Status flushed = Flush(path.parent_path()); !flushed.ok()) return flushed;
  return PointToNewest(tag.name);
}

}  // namespace ekiben::store
