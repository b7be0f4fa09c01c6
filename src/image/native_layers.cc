// SPDX-License-Identifier: Apache-2.0
#include "image/native_layers.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "image/library_search.h"
#include "image/loaded_libraries.h"
#include "image/terms.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

// All certificates in one file, where OpenSSL, Go and Python look for it.
constexpr const char* kCertificates = "/etc/ssl/certs/ca-certificates.crt";

constexpr const char* kUsers =
    "root:x:0:0:root:/root:/sbin/nologin\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
    "ekiben:x:65532:65532:ekiben:/home/ekiben:/sbin/nologin\n";
constexpr const char* kGroups = "root:x:0:\nnogroup:x:65534:\nekiben:x:65532:\n";
constexpr const char* kNames = "passwd: files\ngroup: files\nhosts: files dns\n";

// A path of this machine as one in the image.
std::string Rooted(const fs::path& path) { return path.relative_path().string(); }

void AddLibrary(LayerTree& tree, const fs::path& file) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  // Loaders look for the name; what it points to on this machine is no matter.
  tree.AddFile(Rooted(file), error ? file : real, 0755);
}

// models/NAME/VERSION below a bento's folder.
bool IsModelVersion(const fs::path& relative) {
  return std::distance(relative.begin(), relative.end()) == 3 && *relative.begin() == "models" &&
         relative.filename() != "latest";
}

Result<std::vector<fs::path>> ModelFolders(const fs::path& bento) {
  std::vector<fs::path> folders;
  std::error_code error;
  if (!fs::exists(bento / "models", error)) return folders;
  fs::recursive_directory_iterator entry(bento / "models", error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    const fs::path relative = entry->path().lexically_relative(bento);
    if (!IsModelVersion(relative)) continue;
    entry.disable_recursion_pending();
    if (entry->is_directory(error)) folders.push_back(relative);
  }
  if (error) return Error(FileError("cannot read the folder", bento / "models", error.value()));
  std::ranges::sort(folders);
  return folders;
}

}  // namespace

Result<EngineFiles> FindEngineFiles(const Artefacts& artefacts) {
  std::error_code error;
  EngineFiles files{.program = fs::read_symlink("/proc/self/exe", error)};
  if (error) return Error(FileError("cannot read", "/proc/self/exe", error.value()));
  LibrarySearch search;
  if (Status added = search.Add(files.program); !added.ok()) return Error(std::move(added));
  for (const auto& [name, artefact] : artefacts) {
    auto plugin = LoadRuntime(name, artefact);
    if (!plugin) return Error(std::move(plugin).error());
    if (Status added = search.Add(*plugin); !added.ok()) return Error(std::move(added));
    files.plugins.push_back(*std::move(plugin));
  }

  // What is loaded now, and not because a program or a library names it, was found by a plugin.
  const auto known = [&search] {
    std::set<fs::path> real;
    std::error_code ignored;
    for (const fs::path& file : search.found()) real.insert(fs::canonical(file, ignored));
    return real;
  };
  std::set<fs::path> loaded = LoadedLibraries();
  for (const fs::path& plugin : files.plugins) loaded.erase(fs::canonical(plugin, error));
  const std::set<fs::path> before = known();
  std::erase_if(loaded, [&](const fs::path& file) { return before.contains(file); });
  for (const fs::path& file : loaded) {
    if (Status added = search.Add(file); !added.ok()) return Error(std::move(added));
  }
  const std::set<fs::path> after = known();
  std::erase_if(loaded, [&](const fs::path& file) { return after.contains(file); });
  files.own = std::move(loaded);
  files.system = search.found();
  files.folders = search.OtherFolders();
  return files;
}

void AddPackages(const std::map<fs::path, Package>& packages, LayerTree& tree) {
  for (const auto& [file, package] : packages) {
    // As in distroless images: a file for each package, since there is no dpkg that could write
    // one.
    tree.AddText(fmt::format("var/lib/dpkg/status.d/{}", package.name), package.about);
    AddTermsOfPackage(package.name, tree);
  }
}

PlannedLayer BaseLayer(const EngineFiles& files, const std::map<fs::path, Package>& packages) {
  PlannedLayer layer{.name = "base", .made_by = "ekiben: libraries of the system, users"};
  for (const fs::path& file : files.system) AddLibrary(layer.tree, file);
  AddPackages(packages, layer.tree);
  layer.tree.AddFolder("tmp", 01777);
  layer.tree.AddFolder(kUserHome, 0755, kUser);
  layer.tree.AddText("etc/passwd", kUsers);
  layer.tree.AddText("etc/group", kGroups);
  layer.tree.AddText("etc/nsswitch.conf", kNames);
  std::error_code ignored;
  if (fs::exists(kCertificates, ignored)) layer.tree.AddFile(Rooted(kCertificates), kCertificates);
  return layer;
}

PlannedLayer LibraryLayer(const EngineFiles& files) {
  PlannedLayer layer{.name = "runtimes", .made_by = "ekiben: libraries that run models"};
  for (const fs::path& file : files.own) {
    layer.tree.AddFile(fmt::format("{}/{}", kLibraryFolder, file.filename().string()), file, 0755);
    AddTermsOfLibrary(file, layer.tree);
  }
  return layer;
}

PlannedLayer EngineLayer(const EngineFiles& files) {
  PlannedLayer layer{.name = "engine", .made_by = "ekiben: the program and its plugins"};
  layer.tree.AddFile(kProgram, files.program, 0755);
  AddTermsOfProgram(files.program, layer.tree);
  for (const fs::path& plugin : files.plugins) {
    layer.tree.AddFile(fmt::format("{}/{}", kPluginFolder, plugin.filename().string()), plugin,
                       0755);
  }
  return layer;
}

Result<std::vector<PlannedLayer>> BentoLayers(const fs::path& bento) {
  const auto models = ModelFolders(bento);
  if (!models) return Error(models.error());
  std::vector<PlannedLayer> layers;
  for (const fs::path& model : *models) {
    const std::string tag =
        fmt::format("{}:{}", model.parent_path().filename().string(), model.filename().string());
    PlannedLayer layer{.name = "model " + tag, .made_by = "ekiben: the model " + tag};
    const std::string path = fmt::format("{}/{}", kBentoFolder, model.string());
    layer.tree.AddFolder(kUserHome, 0755, kUser);
    if (Status added = layer.tree.AddTree(path, bento / model); !added.ok()) {
      return Error(std::move(added));
    }
    layers.push_back(std::move(layer));
  }
  PlannedLayer rest{.name = "bento", .made_by = "ekiben: the bento"};
  rest.tree.AddFolder(kUserHome, 0755, kUser);
  if (Status added = rest.tree.AddTree(kBentoFolder, bento, IsModelVersion); !added.ok()) {
    return Error(std::move(added));
  }
  layers.push_back(std::move(rest));
  return layers;
}

}  // namespace ekiben::image
