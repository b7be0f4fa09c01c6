// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace ekiben::cli {

// Runs the command that `words` (without the program's name) asks for and returns the exit code.
// Whatever goes wrong is on `context.err` by then.
int RunApp(const std::vector<std::string>& words, Context& context);

}  // namespace ekiben::cli
