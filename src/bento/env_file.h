// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "base/status.h"
#include "bento/build_options.h"

namespace ekiben::bento {

// Refuses names that no variable has, and values of several lines.
Status CheckEnvOptions(const std::vector<EnvOption>& envs);

// The variables of a file with a line NAME=value for each; empty lines and those that begin with #
// are left out, and so are `export` and quotes around a value.
Result<std::vector<EnvOption>> ParseEnvFile(std::string_view text);

}  // namespace ekiben::bento
