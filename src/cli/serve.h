// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/bento_arguments.h"
#include "cli/context.h"
#include "cli/trust.h"
#include "server/serve.h"

namespace ekiben::cli {

struct ServeArgs {
  std::string target = ".";
  std::string working_dir;  // Empty: the current one.
  std::string python;       // Empty: found by itself.
  size_t api_workers = 0;   // 0: one a core.
  bool alias = false;
  bool reload = false;
  bool production = false;            // No reload.
  bool development = false;           // One process of Python, and no batches.
  std::vector<std::string> settings;  // "runners.iris.traffic.timeout=5", over the configuration.
  BentoArguments arguments;           // Of the service, over those of its bento or bentofile.
  TrustArgs trust;                    // Of what is served.
  std::set<std::string> given;        // Options that were typed, which go over both.
  server::ServeOptions options;
};

Status RunServe(const ServeArgs& args, Context& context);

void AddServe(CLI::App& app, Context& context);

}  // namespace ekiben::cli
