// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

struct HealthcheckArgs {
  uint16_t port = 0;  // 0: the one that is served here, or 3000.
  double timeout_s = 5;
};

// Ok where a server on this machine says that it lives; kUnavailable, with the reason, where not.
Status RunHealthcheck(const HealthcheckArgs& args, Context& context);

void AddHealthcheck(CLI::App& app, Context& context);

}  // namespace ekiben::cli
