// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

// `ekiben sign TAG`, and `ekiben models sign`: a signature of what is in the store, kept beside it
// and pushed with it. `Info` is store::BentoInfo or store::ModelInfo.
struct SignArgs {
  std::string tag = {};
  std::string key = {};  // A name in HOME/keys, or a file; empty: the only one there.
  std::filesystem::path password_file = {};
};
template <typename Info>
Status RunSign(const SignArgs& args, Context& context);
template <typename Info>
void AddSign(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
