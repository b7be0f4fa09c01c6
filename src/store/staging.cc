// SPDX-License-Identifier: Apache-2.0
#include "store/staging.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/file.h"
#include "store/random.h"

namespace ekiben::store {

namespace fs = std::filesystem;

Status MakeFolders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? FileError("cannot make the folder", path, error.value()) : Status();
}

Result<StagingFolder> StagingFolder::Make(const fs::path& home) {
  const fs::path tmp = home / "tmp";
  if (Status made = MakeFolders(tmp); !made.ok()) return Error(std::move(made));
  fs::path path = tmp / RandomName();
  if (mkdir(path.c_str(), 0777) != 0) {
    return Error(FileError("cannot make the folder", path, errno));
  }
  return StagingFolder(std::move(path));
}

StagingFolder::~StagingFolder() {
  std::error_code ignored;  // What cannot be removed does no harm there.
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Status FlushTree(const fs::path& path) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_symlink(error)) continue;
    if (Status flushed = Flush(entry->path()); !flushed.ok()) return flushed;
  }
  if (error) return FileError("cannot read the folder", path, error.value());
  return Flush(path);
}

int RenameToNew(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;

  struct stat ignored{};
  if (lstat(to.c_str(), &ignored) == 0) return EEXIST;
  return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace ekiben::store
