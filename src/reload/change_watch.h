// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/io_loop.h"
#include "base/status.h"
#include "reload/folder_watch.h"
#include "reload/settling.h"
#include "reload/watched_files.h"

namespace ekiben::reload {

// Tells when something that a service is made of has changed and settled: a file of its folder, or
// which version is the newest of a model that it asks for so. Belongs to the loop.
class ChangeWatch {
 public:
  struct Options {
    std::filesystem::path folder;  // The service's.
    std::filesystem::path models;  // The store's, with a folder for each name.
    // What has changed, for people ("service.py", "iris_clf:latest"), and when that began.
    std::function<void(const std::set<std::string>& changed, Time since)> on_change;
  };

  ChangeWatch(IoLoop& loop, Options options) : loop_(loop), options_(std::move(options)) {}

  // Begins to watch. Where not everything can be watched the rest is, and the status says why.
  Status Start();

  // What counts from now on: files, and names of models.
  void Follow(WatchedFiles files, std::set<std::string> models);
  // Until the next Follow() any model counts: nobody could say which are asked for.
  void FollowAnyModel() { any_model_ = true; }

 private:
  void OnFile(const std::string& path);
  void OnModel(const std::string& path);
  void Changed(std::string what);

  IoLoop& loop_;
  const Options options_;
  WatchedFiles files_;
  std::set<std::string> models_;
  bool any_model_ = false;
  Settling settling_;
  std::unique_ptr<FolderWatch> folder_watch_, models_watch_;
  std::unique_ptr<Watch> timer_;
};

}  // namespace ekiben::reload
