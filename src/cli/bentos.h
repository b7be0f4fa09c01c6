// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

#include "cli/context.h"

namespace ekiben::cli {

// `ekiben list`, `get`, `delete`, `export` and `import`.
void AddBentos(CLI::App& app, Context& context);

}  // namespace ekiben::cli
