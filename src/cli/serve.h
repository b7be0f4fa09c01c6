// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "cli/context.h"
#include "server/serve.h"

namespace ekiben::cli {

struct ServeArgs {
  std::string target = ".";
  std::string working_dir;  // Empty: the current one.
  std::string python;       // Empty: found by itself.
  size_t api_workers = 0;   // 0: one a core.
  bool alias = false;
  bool reload = false;
  bool production = false;   // No reload.
  bool development = false;  // One process of Python, and no batches.
  server::ServeOptions options;
};

Status RunServe(const ServeArgs& args, Context& context);

void AddServe(CLI::App& app, Context& context);

}  // namespace ekiben::cli
