// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/bento_info.h"
#include "store/model_info.h"

namespace ekiben::cli {

// Models or bentos as "table", "json", "yaml" or "path" (one a line). The table has BentoML's
// columns and is for people; json and yaml have its keys and more, and only ever get new ones.
std::string StoreListing(const std::vector<store::ModelInfo>& models, std::string_view form);
std::string StoreListing(const std::vector<store::BentoInfo>& bentos, std::string_view form);

// "46.62 KiB"
std::string HumanSize(uint64_t bytes);

}  // namespace ekiben::cli
