// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/status.h"
#include "server/serve.h"

namespace ekiben::server {

// What a configuration says, as `python -m ekiben.configuration` has read and checked it.
struct Configuration {
  std::string whole;                  // All of it, as JSON, for the workers.
  std::optional<size_t> api_workers;  // Nothing: one a core.
};

// Reads it, and puts what the server itself follows into `options`, except for the options of the
// command line in `given` ("--port"): those go over the configuration.
Result<Configuration> Configure(std::string_view json, const std::set<std::string>& given,
                                ServeOptions& options);

}  // namespace ekiben::server
