// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"

namespace ekiben::cli {

struct ContainerizeArgs {
  std::string bento;                 // A tag, or a folder.
  std::vector<std::string> names;    // Of the image; none: the bento's tag.
  std::string output;                // A file or a folder; empty: docker or podman.
  std::string platform;              // Empty: this machine's.
  std::vector<std::string> labels;   // "key=value"
  std::string sbom;                  // Where the bill of materials goes as well; empty: nowhere.
  std::string python;                // The interpreter that the image gets; empty: the one at hand.
  std::string backend;               // The tool that runs the bento's Dockerfile; empty: none.
  std::vector<std::string> options;  // For that tool: "network=host".
  bool push = false;                 // Into the registries that the names are of.
  RegistryArgs registry = {};
};

Status RunContainerize(const ContainerizeArgs& args, Context& context);

void AddContainerize(CLI::App& app, Context& context);

}  // namespace ekiben::cli
