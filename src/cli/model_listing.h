// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/model_info.h"

namespace ekiben::cli {

// `models` as "table", "json", "yaml" or "path" (one a line). The table has BentoML's columns and
// is for people; json and yaml have its keys and more, and only ever get new ones.
std::string ModelListing(std::span<const store::ModelInfo> models, std::string_view form);

// "46.62 KiB"
std::string HumanSize(uint64_t bytes);

}  // namespace ekiben::cli
