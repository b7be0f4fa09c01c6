// SPDX-License-Identifier: Apache-2.0
#include "reload/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace ekiben::reload {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE |
                             IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;

std::string Joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : fmt::format("{}/{}", folder, name);
}

}  // namespace

Result<std::unique_ptr<FolderWatch>> FolderWatch::Start(IoLoop& loop, const fs::path& root,
                                                        Options options) {
  FileDescriptor inotify(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify.valid()) {
    return Error(FileError("cannot watch", root, errno)
                     .WithHint("raise fs.inotify.max_user_instances with sysctl"));
  }
  std::error_code ignored;
  const fs::path whole = fs::canonical(root, ignored);
  std::unique_ptr<FolderWatch> watch(
      new FolderWatch(loop, std::move(inotify), whole.empty() ? root : whole, std::move(options)));
  if (Status added = watch->Add(""); !added.ok()) return Error(std::move(added));
  watch->AddTree("", false);
  return watch;
}

FolderWatch::FolderWatch(IoLoop& loop, FileDescriptor inotify, fs::path root, Options options)
    : root_(std::move(root)),
      options_(std::move(options)),
      inotify_(std::move(inotify)),
      readable_(loop.WatchReadable(inotify_.get(), [this] { Read(); })) {}

Status FolderWatch::Add(const std::string& folder) {
  const fs::path path = root_ / folder;
  const int watch = inotify_add_watch(inotify_.get(), path.c_str(), kEvents);
  if (watch >= 0) {
    folders_[watch] = folder;
    return {};
  }
  Status failed = FileError("cannot watch", path, errno);
  if (errno != ENOSPC) return failed;
  return std::move(failed).WithHint("raise fs.inotify.max_user_watches with sysctl");
}

void FolderWatch::AddTree(const std::string& folder, bool report) {
  std::error_code error;
  for (fs::directory_iterator entries(root_ / folder, error), end; !error && entries != end;
       entries.increment(error)) {
    const std::string path = Joined(folder, entries->path().filename());
    std::error_code ignored;
    if (!entries->is_directory(ignored) || entries->is_symlink(ignored)) {
      if (report) options_.on_change(path);
      continue;
    }
    if (!options_.enters(path)) continue;
    if (folders_.size() >= options_.most_folders) {
      incomplete_ =
          FailedPrecondition(fmt::format("'{}' has more than {} folders; not all are "
                                         "watched",
                                         root_.string(), options_.most_folders));
      return;
    }
    Status added = Add(path);
    if (added.ok()) {
      AddTree(path, report);
    } else if (added.code() != Code::kNotFound) {
      incomplete_ = std::move(added);
    }
  }
}

void FolderWatch::RemoveTree(const std::string& folder) {
  const std::string within = folder + '/';
  std::erase_if(folders_, [&](const auto& entry) {
    if (entry.second != folder && !entry.second.starts_with(within)) return false;
    inotify_rm_watch(inotify_.get(), entry.first);
    return true;
  });
}

void FolderWatch::Read() {
  alignas(inotify_event) std::array<char, 16 << 10> buffer;
  while (true) {
    const ssize_t size = read(inotify_.get(), buffer.data(), buffer.size());
    if (size <= 0) return;
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const std::string name = event.len > 0 ? buffer.data() + at + sizeof event : "";
      at += static_cast<ssize_t>(sizeof event + event.len);
      OnEvent(event.wd, event.mask, name);
    }
  }
}

void FolderWatch::OnEvent(int watch, uint32_t mask, const std::string& name) {
  if ((mask & IN_Q_OVERFLOW) != 0) return options_.on_change("");
  const auto found = folders_.find(watch);
  if (found == folders_.end()) return;
  if ((mask & IN_IGNORED) != 0) {  // The folder has been removed.
    folders_.erase(found);
    return;
  }
  if (name.empty()) return;
  const std::string path = Joined(found->second, name);
  if ((mask & IN_ISDIR) != 0) {
    if (!options_.enters(path)) return;
    if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
      if (Add(path).ok()) AddTree(path, true);
    } else if ((mask & IN_MOVED_FROM) != 0) {
      RemoveTree(path);
      options_.on_change(path + '/');
    }
    return;
  }
  // A file that is created is written next, unless it is a link.
  std::error_code ignored;
  if ((mask & IN_CREATE) != 0 && !fs::is_symlink(root_ / path, ignored)) return;
  options_.on_change(path);
}

}  // namespace ekiben::reload
