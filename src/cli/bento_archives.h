// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

// `ekiben export TAG [PATH]`: a bento with its models becomes one file, as BentoML writes it.
struct ExportArgs {
  std::string tag = {};
  std::string path = ".";   // A file, or a folder for it.
  std::string output = {};  // The form; empty: as the path ends.
};
Status RunExport(const ExportArgs& args, Context& context);
void AddExport(CLI::App& app, Context& context);

// `ekiben import PATH`: what RunExport() or BentoML wrote enters the store under its own tag, whole
// or not at all.
struct ImportArgs {
  std::string path = {};
};
Status RunImport(const ImportArgs& args, Context& context);
void AddImport(CLI::App& app, Context& context);

}  // namespace ekiben::cli
