// SPDX-License-Identifier: Apache-2.0
#include "reload/change_watch.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace ekiben::reload {
namespace {

namespace fs = std::filesystem;

// Beside the versions of a model: which of them is the newest.
constexpr std::string_view kNewest = "/latest";

// Whether Python is installed there: no file of the service's is.
bool IsEnvironment(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "pyvenv.cfg", ignored) || fs::exists(folder / "conda-meta", ignored);
}

}  // namespace

Status ChangeWatch::Start() {
  std::error_code ignored;
  fs::create_directories(options_.models, ignored);
  const fs::path store = fs::weakly_canonical(options_.models.parent_path(), ignored);
  const fs::path folder = fs::weakly_canonical(options_.folder, ignored);
  const auto enters = [folder, store](const std::string& path) {
    return WatchedFiles::Enters(path) && !IsEnvironment(folder / path) && folder / path != store;
  };
  auto files = FolderWatch::Start(
      loop_, folder,
      {.enters = enters, .on_change = [this](const std::string& path) { OnFile(path); }});
  if (!files) return std::move(files).error();
  folder_watch_ = *std::move(files);
  auto models = FolderWatch::Start(
      loop_, options_.models,
      {.enters = [](const std::string& path) { return path.find('/') == path.npos; },
       .on_change = [this](const std::string& path) { OnModel(path); }});
  if (!models) return std::move(models).error();
  models_watch_ = *std::move(models);
  return folder_watch_->incomplete().ok() ? models_watch_->incomplete()
                                          : folder_watch_->incomplete();
}

void ChangeWatch::Follow(WatchedFiles files, std::set<std::string> models) {
  files_ = std::move(files);
  models_ = std::move(models);
  any_model_ = false;
}

void ChangeWatch::OnFile(const std::string& path) {
  if (path.empty()) return Changed("many files");
  if (files_.Counts(path)) Changed(path);
}

void ChangeWatch::OnModel(const std::string& path) {
  if (!path.ends_with(kNewest)) return;
  const std::string name = path.substr(0, path.size() - kNewest.size());
  if (any_model_ || models_.contains(name)) Changed(fmt::format("{}:latest", name));
}

void ChangeWatch::Changed(std::string what) {
  settling_.Changed(std::move(what), Now());
  timer_ = loop_.After(*settling_.due() - Now(), [this] {
    const Time since = settling_.since();
    const std::set<std::string> changed = settling_.Take();
    options_.on_change(changed, since);
  });
}

}  // namespace ekiben::reload
