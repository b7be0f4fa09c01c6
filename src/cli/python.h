// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.h"

namespace ekiben::cli {

// Becomes Python: where it works, it does not return.
void AddPython(CLI::App& app, Context& context);

}  // namespace ekiben::cli
