// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "image/layer_tree.h"
#include "image/packages.h"

// What the layers of an image hold, from the one that changes most seldom to the one that changes
// most often. Nothing here writes anything.
namespace ekiben::image {

// The user that containers run as, and where the bento lies.
inline constexpr uint32_t kUser = 65532;
inline constexpr std::string_view kUserHome = "home/ekiben";
inline constexpr std::string_view kBentoFolder = "home/ekiben/bento";
inline constexpr std::string_view kProgram = "usr/bin/ekiben";
inline constexpr std::string_view kPluginFolder = "usr/lib/ekiben/runtimes";
inline constexpr std::string_view kLibraryFolder = "usr/lib/ekiben/libraries";

// A layer before it is written.
struct PlannedLayer {
  std::string name = {};  // For people: "engine".
  std::string made_by = {};
  LayerTree tree = {};
};

// The program, its plugins, and what all of them need of this machine.
struct EngineFiles {
  std::filesystem::path program = {};
  std::vector<std::filesystem::path> plugins = {};
  std::set<std::filesystem::path> own = {};      // Libraries that plugins find by themselves.
  std::set<std::filesystem::path> system = {};   // Libraries that the loader finds.
  std::set<std::filesystem::path> folders = {};  // Of `system`, those that it has to be told of.
};

// One artefact for each runtime ("onnx") that is needed.
using Artefacts = std::map<std::string, std::filesystem::path>;

// Finds the files that serve such artefacts: loads each with its plugin to see what that loads.
// kNotFound where a plugin or a library is missing.
Result<EngineFiles> FindEngineFiles(const Artefacts& artefacts);

// What dpkg says of packages, where scanners of images look for it, and the terms under which what
// is in them may be copied.
void AddPackages(const std::map<std::filesystem::path, Package>& packages, LayerTree& tree);

// The C library and the other libraries of the system, certificates, users, /tmp, and the
// packages that the libraries are from.
PlannedLayer BaseLayer(const EngineFiles& files,
                       const std::map<std::filesystem::path, Package>& packages);
// The libraries that plugins find by themselves, which are large and change seldom.
PlannedLayer LibraryLayer(const EngineFiles& files);
// The program and its plugins.
PlannedLayer EngineLayer(const EngineFiles& files);

// A layer for each model in the bento's folder, and last the bento without them.
Result<std::vector<PlannedLayer>> BentoLayers(const std::filesystem::path& bento);

}  // namespace ekiben::image
