// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

// What only `ekiben models …` has, one file a command: Add… says how it is typed, Run… does it.
// What bentos have too is in store_commands.h.
namespace ekiben::cli {

struct ModelsImportArgs {
  std::filesystem::path file = {};       // A .onnx file, an archive, or its URL.
  std::string name = {};                 // NAME or NAME:VERSION; of an archive it is its own.
  std::vector<std::string> labels = {};  // "key=value"
  std::string format = {};               // Of an archive; empty: as its name ends.
  std::string python = {};               // What goes to URLs; empty: found by itself.
};
Status RunModelsImport(const ModelsImportArgs& args, Context& context);
void AddModelsImport(CLI::App& models, Context& context);

void AddModels(CLI::App& app, Context& context);

}  // namespace ekiben::cli
