// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"

namespace ekiben::cli {

// `ekiben tags NAME`: which versions of a bento or model a registry has.
struct TagsArgs {
  std::string name = {};  // HOST/PATH, or below EKIBEN_REGISTRY.
  std::string output = "table";
  RegistryArgs registry = {};
};
Status RunTags(const TagsArgs& args, Context& context);
void AddTags(CLI::App& app, Context& context);

}  // namespace ekiben::cli
