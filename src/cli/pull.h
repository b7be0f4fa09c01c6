// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <CLI/App.hpp>

#include "artifact/artifact.h"
#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"
#include "cli/trust.h"

namespace ekiben::cli {

// `ekiben pull NAME`, and `ekiben models pull` for models alone: an artifact of a registry enters
// the store, whole or not at all.
struct PullArgs {
  std::string name = {};  // HOST/PATH[:TAG|@DIGEST], or below EKIBEN_REGISTRY.
  bool force = false;     // Over another of that tag in the store.
  std::optional<artifact::Kind> only = {};
  TrustArgs trust = {};
  RegistryArgs registry = {};
};
Status RunPull(const PullArgs& args, Context& context);

// `kind` is that of the group of commands: without one, a bento or a model.
void AddPull(CLI::App& parent, std::optional<artifact::Kind> kind, Context& context);

}  // namespace ekiben::cli
