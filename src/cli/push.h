// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"

namespace ekiben::cli {

// `ekiben push TAG [TARGET]`, and `ekiben models push` for models: what is in the store becomes an
// artifact in a registry. `Info` is store::BentoInfo or store::ModelInfo.
struct PushArgs {
  std::string tag = {};
  std::string target = {};  // HOST/PATH[:TAG]; empty: below EKIBEN_REGISTRY.
  bool force = false;       // Over another one that is there.
  bool latest = false;      // Also as `latest`.
  RegistryArgs registry = {};
};
template <typename Info>
Status RunPush(const PushArgs& args, Context& context);
template <typename Info>
void AddPush(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
