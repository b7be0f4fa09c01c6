// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/bento_arguments.h"
#include "cli/context.h"
#include "cli/registry_options.h"

namespace ekiben::cli {

struct BuildArgs {
  std::string target = ".";                     // A folder, or a model's tag.
  std::string bentofile = {};                   // Empty: the folder's.
  std::string version = {};                     // Empty: a new one.
  std::string name = {};                        // Goes over the bentofile's and the service's.
  std::vector<std::string> labels = {};         // "key=value", over the bentofile's.
  std::vector<std::string> allow_secrets = {};  // Patterns, beside those of the bentofile.
  BentoArguments arguments = {};                // Over the bentofile's args.
  std::string output = "default";               // "default" or "tag"
  std::string python = {};                      // Empty: found by itself.
  bool alias = false;         // `import bentoml` means ekiben even where BentoML is.
  bool containerize = false;  // An image of it is made as well.
  bool push = false;          // The image goes to a registry, or the bento where there is none.
  std::vector<std::string> names = {};  // Of the image, or of the bento in the registry.
  bool force = false;                   // Over another bento that is there.
  RegistryArgs registry = {};
};

Status RunBuild(const BuildArgs& args, Context& context);

void AddBuild(CLI::App& app, Context& context);

}  // namespace ekiben::cli
