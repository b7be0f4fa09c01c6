// SPDX-License-Identifier: Apache-2.0
#include "onnx/library_search.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <set>
#include <string_view>
#include <system_error>

namespace ekiben::onnx {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kName = "libonnxruntime.so";
constexpr std::string_view kInPackages = "onnxruntime/capi";

// The numbers after "libonnxruntime.so.": {1, 32, 0}. Nothing for a bare name.
std::vector<int> VersionOf(const fs::path& file) {
  std::vector<int> version;
  const std::string name = file.filename().string();
  std::string_view rest = std::string_view(name).substr(std::min(kName.size(), name.size()));
  while (rest.starts_with('.')) {
    int number = 0;
    const auto [end, failed] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    if (failed != std::errc{}) break;
    version.push_back(number);
    rest = std::string_view(end, rest.data() + rest.size());
  }
  return version;
}

bool IsLibrary(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == kName || (name.starts_with(kName) && name[kName.size()] == '.');
}

// The libraries in `folder`, links resolved, so that no library comes twice.
std::set<fs::path> LibrariesIn(const fs::path& folder) {
  std::set<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!IsLibrary(entry->path())) continue;
    std::error_code broken;
    const fs::path file = fs::canonical(entry->path(), broken);
    if (!broken) found.insert(file);
  }
  return found;
}

// The folders that `lib` has for the packages of each Python version, under one of `names`.
std::vector<fs::path> PackageFolders(const fs::path& lib,
                                     std::initializer_list<std::string_view> names) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(lib, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->path().filename().string().starts_with("python3")) continue;
    for (const std::string_view name : names) folders.push_back(entry->path() / name);
  }
  return folders;
}

void AddNewestFirst(const std::set<fs::path>& found, LibraryCandidates* candidates) {
  std::vector<fs::path> sorted(found.begin(), found.end());
  std::ranges::stable_sort(sorted, std::ranges::greater(), VersionOf);
  candidates->files.insert(candidates->files.end(), sorted.begin(), sorted.end());
}

// Debian's own Python has dist-packages, and below /usr/local what pip installs for it.
void AddPython(const fs::path& prefix, LibraryCandidates* candidates) {
  const fs::path lib = prefix / "lib", local = prefix / "local" / "lib";
  std::set<fs::path> found;
  for (const auto& folders : {PackageFolders(lib, {"site-packages", "dist-packages"}),
                              PackageFolders(local, {"dist-packages"})}) {
    for (const fs::path& folder : folders) found.merge(LibrariesIn(folder / kInPackages));
  }
  AddNewestFirst(found, candidates);
  candidates->looked_in.push_back((lib / "python3*/{site,dist}-packages" / kInPackages).string());
  candidates->looked_in.push_back((local / "python3*/dist-packages" / kInPackages).string());
}

void AddNamed(const fs::path& place, std::string name, LibraryCandidates* candidates) {
  candidates->named_by = std::move(name);
  candidates->looked_in.push_back(place.string());
  std::error_code error;
  if (fs::is_directory(place, error)) {
    AddNewestFirst(LibrariesIn(place), candidates);
  } else {
    candidates->files.push_back(place);
  }
}

}  // namespace

LibraryCandidates FindLibraries(const LibraryHints& hints) {
  LibraryCandidates candidates;
  if (!hints.option.empty()) {
    AddNamed(hints.option, "the option 'library'", &candidates);
  } else if (!hints.environment.empty()) {
    AddNamed(hints.environment, "EKIBEN_ONNXRUNTIME", &candidates);
  } else {
    if (!hints.plugin.empty()) {
      const fs::path lib = hints.plugin.parent_path().parent_path().parent_path();
      AddPython(lib.parent_path(), &candidates);
    }
    if (!hints.virtual_env.empty()) AddPython(hints.virtual_env, &candidates);
  }
  return candidates;
}

}  // namespace ekiben::onnx
