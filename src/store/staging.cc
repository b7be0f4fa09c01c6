// SPDX-License-Identifier: Apache-2.0
#include "store/staging.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <cerrno>
#include <system_error>

#include "store/random.h"

namespace ekiben::store {

namespace fs = std::filesystem;

namespace {

constexpr time_t kLeftoverAge = time_t{24} * 60 * 60;  // Seconds.

}  // namespace

Status MakeFolders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? FileError("cannot make the folder", path, error.value()) : Status();
}

void SweepLeftovers(const fs::path& tmp) {
  std::error_code error, ignored;
  for (fs::directory_iterator entry(tmp, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    if (!IsRandomName(path.filename().native())) continue;
    const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat found{};
    if (!file.valid() || fstat(file.get(), &found) != 0) continue;
    if (time(nullptr) - found.st_mtim.tv_sec < kLeftoverAge) continue;
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(path, ignored);
  }
}

Result<StagingFolder> StagingFolder::Make(const fs::path& home) {
  const fs::path tmp = home / "tmp";
  if (Status made = MakeFolders(tmp); !made.ok()) return Error(std::move(made));
  SweepLeftovers(tmp);
  fs::path path = tmp / RandomName();
  if (mkdir(path.c_str(), 0777) != 0) {
    return Error(FileError("cannot make the folder", path, errno));
  }
  FileDescriptor held(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (held.valid()) flock(held.get(), LOCK_SH | LOCK_NB);  // Without it, a day is long enough.
  return StagingFolder(std::move(path), std::move(held));
}

StagingFolder::~StagingFolder() {
  std::error_code ignored;  // What cannot be removed does no harm there.
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Status FlushTree(const fs::path& path) {
  std::error_code error;
  // The kernel writes all files at once before each is waited for: a third of the time, where one
  // after the other would wait for a commit of the file system each.
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_regular_file(ignored) || entry->is_symlink(ignored)) continue;
    const FileDescriptor file(open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.valid()) sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  }
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
