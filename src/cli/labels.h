// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"

namespace ekiben::cli {

// What --label KEY=VALUE, which may come several times, says.
Result<std::map<std::string, std::string>> ParseLabels(const std::vector<std::string>& texts);

}  // namespace ekiben::cli
