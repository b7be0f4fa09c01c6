// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "registry/docker_config.h"

namespace ekiben::registry {

// Runs `docker-credential-NAME get`, which is on the PATH, and gives what it answers for `key`: an
// empty login where it knows none. kFailedPrecondition where it is not there, fails, says something
// else, or is silent for 30 seconds. What it answers is secret and never part of an error.
Result<Login> AskHelper(std::string_view name, std::string_view key);

// Reads such an answer.
Result<Login> ParseHelperAnswer(std::string_view json);

}  // namespace ekiben::registry
