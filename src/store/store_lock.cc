// SPDX-License-Identifier: Apache-2.0
#include "store/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace ekiben::store {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Whether `path` still names the open `file`: it may have been deleted, with the whole of tmp/,
// while we waited, and then the next writer locks another one.
bool IsStill(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat open{}, named{};
  return fstat(file.get(), &open) == 0 && stat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

}  // namespace

Result<StoreLock> StoreLock::Take(const std::filesystem::path& path, milliseconds patience) {
  const Clock::time_point until = Clock::now() + patience;
  // flock() cannot wait for a time, so it is asked again and again: at once while the holder is
  // likely to be done soon, then less often.
  milliseconds pause(1);
  for (;;) {
    FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file.valid()) return Error(FileError("cannot open the lock", path, errno));
    while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) {
        return Error(FileError("cannot lock", path, errno));
      }
      if (Clock::now() >= until) {
        return Error(Unavailable(fmt::format("another process holds the lock '{}'", path.string()))
                         .WithHint("it is writing to the store; try again when it is done"));
      }
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, milliseconds(20));
    }
    if (IsStill(file, path)) return StoreLock(std::move(file));
  }
}

}  // namespace ekiben::store
