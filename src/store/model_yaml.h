// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "base/status.h"
#include "store/model_info.h"

namespace ekiben::store {

inline constexpr std::string_view kModelYaml = "model.yaml";
inline constexpr size_t kMaxModelYaml = size_t{1} << 20;

// Reads the text of a model.yaml, written by BentoML 1.0 to 1.4 or by ekiben. The text is hostile
// until proven otherwise: kInvalidArgument names the key, what was expected and what stands there.
// Unknown keys are left out. Whether the files exist is not looked at.
Result<ModelInfo> ParseModelYaml(const std::string& text);

// The text of a model.yaml, keys in BentoML's order.
std::string ToModelYaml(const ModelInfo& info);

}  // namespace ekiben::store
