// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

// `ekiben doctor`: looks at the store and at what is needed to serve, and says what is wrong and
// what to do. Fails where something is.
struct DoctorArgs {
  std::string output = "text";
  std::string python = {};  // Empty: found by itself.
  bool fix = false;         // Repairs what can be repaired without losing anything.
};
Status RunDoctor(const DoctorArgs& args, Context& context);
void AddDoctor(CLI::App& app, Context& context);

}  // namespace ekiben::cli
