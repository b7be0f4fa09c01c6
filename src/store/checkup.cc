// SPDX-License-Identifier: Apache-2.0
#include "store/checkup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "store/bento_store.h"
#include "store/folders.h"
#include "store/model_store.h"
#include "store/random.h"
#include "store/store_lock.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;
using Level = Finding::Level;
using Repair = Finding::Repair;

constexpr uint64_t kLittleSpace = uint64_t{1} << 30;
constexpr size_t kMostLatest = 256;
constexpr time_t kBeginning = 10;  // Seconds in which a writer has locked the folder it has made.
constexpr const char* kFix = "`ekiben doctor --fix` does it";

// Looks at one home; each step adds to the findings.
class Examination {
 public:
  explicit Examination(const fs::path& home) : home_(home), tmp_(home / "tmp") {}

  Checkup Run() {
    std::error_code ignored;
    CheckDisk();
    if (!fs::exists(home_, ignored)) return std::move(checkup_);
    CheckPermissions();
    const ModelStore models(home_);
    const BentoStore bentos(home_);
    CheckAll(models, Repair::kPointToModel, checkup_.models);
    CheckAll(bentos, Repair::kPointToBento, checkup_.bentos);
    CheckLeftovers();
    return std::move(checkup_);
  }

 private:
  void Add(Level level, std::string what, fs::path where, std::string next,
           Repair repair = Repair::kNone) {
    checkup_.findings.push_back(
        {level, std::move(what), std::move(where), std::move(next), repair});
  }

  void CheckDisk() {
    fs::path there = home_;
    std::error_code ignored;
    while (!fs::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
    struct statvfs disk{};
    if (statvfs(there.c_str(), &disk) != 0) return;
    checkup_.free_bytes = uint64_t{disk.f_bavail} * disk.f_frsize;
    if (checkup_.free_bytes < kLittleSpace) {
      Add(Level::kWarning,
          fmt::format("the disk has {} MiB left", checkup_.free_bytes / (uint64_t{1} << 20)), there,
          "delete what is not needed, or let EKIBEN_HOME name a folder on another disk");
    }
    if (disk.f_files > 0 && disk.f_favail == 0) {
      Add(Level::kWarning, "the disk has no room for another file", there,
          "delete files that are not needed");
    }
  }

  void CheckPermissions() {
    struct stat home{};
    stat(home_.c_str(), &home);
    for (const fs::path& folder : {home_, tmp_, home_ / "models", home_ / "bentos"}) {
      struct stat about{};
      if (stat(folder.c_str(), &about) != 0) continue;  // It is made when it is needed.
      if (!S_ISDIR(about.st_mode)) {
        Add(Level::kError, fmt::format("'{}' is no folder", folder.string()), folder,
            "move it away, or let EKIBEN_HOME name another folder");
      } else if (access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
        Add(Level::kError,
            fmt::format("'{}' cannot be written: {}", folder.string(), std::strerror(errno)),
            folder, "make it yours with chown, or let EKIBEN_HOME name another folder");
      } else if (about.st_dev != home.st_dev) {
        Add(Level::kError,
            fmt::format("'{}' is on another file system than '{}': nothing can be saved",
                        folder.string(), home_.string()),
            folder, "let EKIBEN_HOME name a folder that is whole on one file system");
      }
    }
  }

  template <typename Info>
  void CheckAll(const TagStore<Info>& store, Repair point, size_t& good) {
    const auto names = Subfolders(home_ / store.kind().folder);
    if (!names) return;  // CheckPermissions() has said it.
    for (const std::string& name : *names) CheckName(store, name, point, good);
  }

  template <typename Info>
  void CheckName(const TagStore<Info>& store, const std::string& name, Repair point, size_t& good) {
    const fs::path folder = home_ / store.kind().folder / name;
    const auto tags = store.Matching(name);
    const Info* newest = nullptr;
    std::vector<Info> found;
    for (const Tag& tag : tags.value_or(std::vector<Tag>())) {
      auto info = store.Get(tag.ToString());
      if (info) {
        found.push_back(*std::move(info));
      } else if (info.error().code() != Code::kNotFound) {
        Add(Level::kError, info.error().message(), store.PathOf(tag),
            fmt::format("bring it back from a copy, or `{} delete {}`", store.kind().command,
                        tag.ToString()));
      }
    }
    for (const Info& info : found) {
      if (IsWhole(info)) ++good;
      if (newest == nullptr || info.creation_time > newest->creation_time) newest = &info;
    }
    if (!tags) {
      const bool is_empty = tags.error().code() == Code::kNotFound;
      Add(is_empty ? Level::kWarning : Level::kError,
          is_empty ? fmt::format("the {} '{}' has no version", store.kind().noun, name)
                   : tags.error().message(),
          folder, is_empty ? fmt::format("remove its folder: {}", kFix) : tags.error().hint(),
          is_empty ? point : Repair::kNone);
    } else if (newest != nullptr) {
      CheckLatest(store, *newest, found, point);
    }
  }

  template <typename Info>
  void CheckLatest(const TagStore<Info>& store, const Info& newest, const std::vector<Info>& found,
                   Repair point) {
    const fs::path folder = store.PathOf(newest.tag).parent_path();
    const auto text = ReadFile(folder / kLatest, kMostLatest);
    const std::string version =
        text ? text->substr(0, text->find_last_not_of(" \t\r\n") + 1) : std::string();
    for (const Info& info : found) {
      if (info.tag.version != version) continue;
      if (info.creation_time == newest.creation_time) return;
    }
    Add(Level::kWarning,
        text ? fmt::format("'latest' of the {} '{}' is '{}', and the newest is '{}'",
                           store.kind().noun, newest.tag.name, version, newest.tag.version)
             : fmt::format("the {} '{}' has no 'latest'", store.kind().noun, newest.tag.name),
        folder, fmt::format("let it name the newest: {}", kFix), point);
  }

  static bool IsWhole(const ModelInfo&) { return true; }

  bool IsWhole(const BentoInfo& bento) {
    bool is_whole = true;
    const auto broken = [&](const Status& why, std::string what) {
      Add(Level::kError, std::move(what), bento.path,
          why.hint().empty() ? fmt::format("build or import it again after `ekiben delete {}`",
                                           bento.tag.ToString())
                             : why.hint());
      is_whole = false;
    };
    if (const Status same = CheckDigest(bento); !same.ok()) broken(same, same.message());
    const ModelStore models = ModelsOf(bento, home_);
    for (const BentoModel& each : bento.models) {
      if (const auto model = models.Get(each.tag.ToString()); !model) {
        broken(model.error(), fmt::format("bento '{}' lacks a model: {}", bento.tag.ToString(),
                                          model.error().message()));
      }
    }
    return is_whole;
  }

  // Whether a writer has it, or may be about to.
  static bool IsInUse(const fs::path& path, bool a_store_is_locked) {
    const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat about{};
    if (!file.valid() || fstat(file.get(), &about) != 0) return true;  // It is gone.
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) return true;
    std::error_code ignored;
    // A file is a `latest` to be, which is written under a lock. A folder is empty until its writer
    // has locked it.
    if (!S_ISDIR(about.st_mode)) return a_store_is_locked;
    return fs::is_empty(path, ignored) && time(nullptr) - about.st_mtim.tv_sec < kBeginning;
  }

  bool AStoreIsLocked() {
    bool is_locked = false;
    for (const char* const name : {"models.lock", "bentos.lock"}) {
      const fs::path path = tmp_ / name;
      const FileDescriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC));
      if (!file.valid() && errno != ENOENT) {
        Add(Level::kError, fmt::format("the lock cannot be opened: {}", std::strerror(errno)), path,
            "make it yours with chown, or delete it while no ekiben runs");
      }
      is_locked = is_locked || (file.valid() && flock(file.get(), LOCK_EX | LOCK_NB) != 0);
    }
    return is_locked;
  }

  void CheckLeftovers() {
    const bool a_store_is_locked = AStoreIsLocked();
    std::error_code error;
    for (fs::directory_iterator entry(tmp_, error), end; !error && entry != end;
         entry.increment(error)) {
      const fs::path& path = entry->path();
      if (!IsRandomName(path.filename().native()) || IsInUse(path, a_store_is_locked)) continue;
      Add(Level::kWarning, "a command that was killed has left something half-written", path,
          fmt::format("remove it: {}; else the next writer does after a day", kFix),
          Repair::kRemove);
    }
  }

  const fs::path& home_;
  const fs::path tmp_;
  Checkup checkup_;
};

}  // namespace

Checkup CheckStore(const fs::path& home) { return Examination(home).Run(); }

Status RepairFinding(const fs::path& home, const Finding& finding) {
  const std::string name = finding.where.filename().string();
  switch (finding.repair) {
    case Repair::kNone: return FailedPrecondition("there is no way to repair this");
    case Repair::kPointToModel: return ModelStore(home).RepairLatest(name);
    case Repair::kPointToBento: return BentoStore(home).RepairLatest(name);
    case Repair::kRemove: break;
  }
  const FileDescriptor file(
      open(finding.where.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid() && errno == ENOENT) return {};
  if (!file.valid()) return FileError("cannot remove", finding.where, errno);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return Unavailable(fmt::format("'{}' is being written", finding.where.string()));
  }
  // A file may be the `latest` that somebody is about to put into its place.
  std::vector<StoreLock> locks;
  for (const char* const lock : {"models.lock", "bentos.lock"}) {
    auto taken = StoreLock::Take(home / "tmp" / lock);
    if (!taken) return std::move(taken).error();
    locks.push_back(*std::move(taken));
  }
  std::error_code error;
  fs::remove_all(finding.where, error);
  return error ? FileError("cannot remove", finding.where, error.value()) : Status();
}

}  // namespace ekiben::store
