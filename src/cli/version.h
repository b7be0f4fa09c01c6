// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "cli/context.h"

namespace ekiben::cli {

// "ekiben 0.1.0"
std::string VersionText();

void AddVersion(CLI::App& app, Context& context);

}  // namespace ekiben::cli
