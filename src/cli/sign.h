// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"

namespace ekiben::cli {

// `ekiben sign NAME`, and `ekiben models sign`: a signature of what is in the store, kept beside it
// and pushed with it; or of what is under a name with a registry in it, put beside it there. `Info`
// is store::BentoInfo or store::ModelInfo; a registry says by itself what it has, which may be an
// image.
struct SignArgs {
  std::string name = {};
  std::string key = {};  // A name in HOME/keys, or a file; empty: the only one there.
  std::filesystem::path password_file = {};
  RegistryArgs registry = {};
};
template <typename Info>
Status RunSign(const SignArgs& args, Context& context);
template <typename Info>
void AddSign(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
