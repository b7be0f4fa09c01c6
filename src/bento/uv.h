// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ekiben::bento {

// The beginning of a command that is uv, which resolves and installs packages: looked for in PATH,
// beside the interpreter, and as its module. `python` may be empty. Nothing where there is none.
std::optional<std::vector<std::string>> FindUv(const std::string& python);

}  // namespace ekiben::bento
