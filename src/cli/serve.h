// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "cli/context.h"
#include "server/serve.h"

namespace ekiben::cli {

struct ServeArgs {
  std::string target;
  server::ServeOptions options;
};

Status RunServe(const ServeArgs& args, Context& context);

void AddServe(CLI::App& app, Context& context);

}  // namespace ekiben::cli
