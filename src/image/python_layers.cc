// SPDX-License-Identifier: Apache-2.0
#include "image/python_layers.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "image/library_search.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLibc = "libc.so.6";

// The folder that the loader looks in by itself, in whatever way it was built: the C library's.
fs::path LoaderFolder(const std::set<fs::path>& base) {
  const auto libc =
      std::ranges::find(base, kLibc, [](const fs::path& file) { return file.filename().string(); });
  return libc == base.end() ? fs::path("/usr/lib") : libc->parent_path();
}

// Puts what was found into the layer, less what `base` has. What lies where only this machine's
// programs look goes where all look.
void AddLibraries(const LibrarySearch& search, const std::set<fs::path>& found,
                  const std::set<fs::path>& base, PythonLayer& layer) {
  const std::set<fs::path> others = search.OtherFolders();
  const fs::path loader_folder = LoaderFolder(base);
  for (const fs::path& file : found) {
    if (base.contains(file)) continue;
    const bool is_elsewhere = others.contains(file.parent_path());
    const fs::path at = is_elsewhere ? loader_folder / file.filename() : file;
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    layer.planned.tree.AddFile(at.relative_path().string(), error ? file : real, 0755);
    layer.libraries.insert(file);
  }
}

bool IsLibrary(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".so") || name.contains(".so.");
}

// The shared libraries and extension modules below a folder.
Result<std::vector<fs::path>> LibrariesIn(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (IsLibrary(entry->path()) && entry->is_regular_file(error)) files.push_back(entry->path());
  }
  if (error) return Error(FileError("cannot read the folder", folder, error.value()));
  std::ranges::sort(files);
  return files;
}

PlannedLayer NewPackagesLayer() {
  return {.name = "packages", .made_by = "ekiben: the service's Python packages"};
}

// Puts the packages into the layer, and returns the libraries of the system that they need and the
// interpreter does not.
Result<std::set<fs::path>> AddPackages(const PythonFiles& files, PlannedLayer& layer,
                                       LibrarySearch& search, std::vector<std::string>& missing) {
  if (Status added = AddFolderTo(layer, files.packages); !added.ok()) {
    return Error(std::move(added));
  }
  std::error_code error;
  const fs::path folder = fs::canonical(files.packages, error);
  if (error) return Error(FileError("cannot read", files.packages, error.value()));
  const auto libraries = LibrariesIn(folder);
  if (!libraries) return Error(libraries.error());
  for (const fs::path& file : files.needs) (void)search.Add(file);  // Their loader, and libpython.
  const std::set<fs::path> interpreters = search.found();
  for (const fs::path& file : *libraries) {
    const Status added = search.Add(file);
    if (!added.ok()) missing.push_back(added.message());
  }
  std::set<fs::path> found = search.found();
  std::erase_if(found, [&](const fs::path& file) {
    return interpreters.contains(file) || file.string().starts_with(folder.string() + "/");
  });
  return found;
}

}  // namespace

std::string MinorOf(const std::string& version) { return version.substr(0, version.rfind('.')); }

Status AddFolderTo(PlannedLayer& layer, const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    Status added = layer.tree.AddTree(entry->path().filename().string(), entry->path());
    if (!added.ok()) return added;
  }
  return error ? FileError("cannot read the folder", folder, error.value()) : Status();
}

Result<PythonLayer> FindInterpreter(const PythonFiles& files, const std::set<fs::path>& base) {
  PythonLayer layer{
      .planned = {.name = "interpreter", .made_by = "ekiben: Python and its standard library"}};
  if (Status added = AddFolderTo(layer.planned, files.interpreter); !added.ok()) {
    return Error(std::move(added));
  }
  LibrarySearch search;
  for (const fs::path& file : files.needs) {
    // An extension module whose library is gone could not be imported here either.
    const Status added = search.Add(file);
    if (!added.ok() && file == files.needs.front()) return Error(added);
  }
  AddLibraries(search, search.found(), base, layer);
  return layer;
}

Result<PythonLayer> FindPackages(const PythonFiles& files, const std::set<fs::path>& base,
                                 std::vector<std::string>& missing) {
  PythonLayer layer{.planned = NewPackagesLayer()};
  LibrarySearch search;
  const auto found = AddPackages(files, layer.planned, search, missing);
  if (!found) return Error(found.error());
  AddLibraries(search, *found, base, layer);
  return layer;
}

Result<PythonLayer> PackagesUpon(const PythonFiles& files, const std::string& interpreter,
                                 std::vector<std::string>& missing) {
  PythonLayer layer{.planned = NewPackagesLayer()};
  LibrarySearch search;
  auto found = AddPackages(files, layer.planned, search, missing);
  if (!found) return Error(std::move(found).error());
  layer.libraries = *std::move(found);
  const std::string environment = fs::path(files.environment).relative_path().string();
  LayerTree& tree = layer.planned.tree;
  tree.AddLink(environment + "/bin/python", interpreter);
  tree.AddLink(environment + "/bin/python3", "python");
  tree.AddText(environment + "/pyvenv.cfg",
               fmt::format("home = {}\ninclude-system-site-packages = false\nversion = {}\n",
                           fs::path(interpreter).parent_path().string(), MinorOf(files.version)));
  return layer;
}

}  // namespace ekiben::image
