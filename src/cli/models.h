// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

// `ekiben models …`, one file a command: Add… says how it is typed, Run… does it.
namespace ekiben::cli {

struct ModelsListArgs {
  std::string name = {};  // Only these; all where empty.
  std::string output = "table";
};
Status RunModelsList(const ModelsListArgs& args, Context& context);
void AddModelsList(CLI::App& models, Context& context);

struct ModelsGetArgs {
  std::string tag = {};
  std::string output = "yaml";
};
Status RunModelsGet(const ModelsGetArgs& args, Context& context);
void AddModelsGet(CLI::App& models, Context& context);

struct ModelsDeleteArgs {
  std::vector<std::string> tags = {};  // A name means all of its versions.
  bool yes = false;
};
Status RunModelsDelete(const ModelsDeleteArgs& args, Context& context);
void AddModelsDelete(CLI::App& models, Context& context);

struct ModelsImportArgs {
  std::filesystem::path file = {};       // A .onnx file, or an archive.
  std::string name = {};                 // NAME or NAME:VERSION; of an archive it is its own.
  std::vector<std::string> labels = {};  // "key=value"
  std::string python = {};               // Archives are read by it; empty: found by itself.
};
Status RunModelsImport(const ModelsImportArgs& args, Context& context);
void AddModelsImport(CLI::App& models, Context& context);

struct ModelsExportArgs {
  std::string tag = {};
  std::string path = ".";
  std::string python = {};
};
Status RunModelsExport(const ModelsExportArgs& args, Context& context);
void AddModelsExport(CLI::App& models, Context& context);

// Adds --python, by which archives are read and written.
void AddArchivePython(CLI::App& command, std::string& python);

void AddModels(CLI::App& app, Context& context);

}  // namespace ekiben::cli
