// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/bento_info.h"

namespace ekiben::store {

inline constexpr std::string_view kBentoYaml = "bento.yaml";
inline constexpr size_t kMaxBentoYaml = size_t{4} << 20;  // BentoML 1.4 has locked packages in it.

// Reads the text of a bento.yaml, written by BentoML 1.0 to 1.4 or by ekiben. The text is hostile
// until proven otherwise: kInvalidArgument names the key, what was expected and what stands there.
// Unknown keys are left out. Whether the files exist is not looked at.
Result<BentoInfo> ParseBentoYaml(const std::string& text);

}  // namespace ekiben::store
