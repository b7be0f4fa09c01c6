// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/io_loop.h"
#include "base/status.h"

namespace ekiben::reload {

// Tells which files below a folder change: those that were written, renamed or removed, and those
// in folders that came. It does not look into them, and decides nothing. Links to folders are not
// followed. Belongs to the loop, which must outlive it.
class FolderWatch {
 public:
  struct Options {
    // Whether the folder at this path, relative to the root, is watched too.
    std::function<bool(const std::string& folder)> enters;
    // The file at this path has changed. With a slash at its end it is a folder that was moved
    // away; empty means that more happened than could be told: anything may have changed.
    std::function<void(const std::string& path)> on_change;
    size_t most_folders = 8192;
  };

  // Fails where the system allows no (more) watches, or the folder cannot be read.
  static Result<std::unique_ptr<FolderWatch>> Start(IoLoop& loop, const std::filesystem::path& root,
                                                    Options options);
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  size_t folders() const { return folders_.size(); }
  // Not ok where some folder is not watched: which, and what to do.
  const Status& incomplete() const { return incomplete_; }

 private:
  FolderWatch(IoLoop& loop, FileDescriptor inotify, std::filesystem::path root, Options options);

  Status Add(const std::string& folder);
  // Watches the folder and those in it. `report`: what is in them is new.
  void AddTree(const std::string& folder, bool report);
  void RemoveTree(const std::string& folder);
  void Read();
  void OnEvent(int watch, uint32_t mask, const std::string& name);

  const std::filesystem::path root_;
  const Options options_;
  FileDescriptor inotify_;
  std::map<int, std::string> folders_;  // By the number of their watch.
  Status incomplete_;
  std::unique_ptr<DescriptorWatch> readable_;
};

}  // namespace ekiben::reload
