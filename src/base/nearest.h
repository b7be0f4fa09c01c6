// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ekiben {

// Up to `most` of `names` that somebody who typed `typed` may have meant, best first: those within
// about a third of its length in edits (insert, delete, replace, swap of neighbours).
std::vector<std::string> NearestNames(std::string_view typed, std::span<const std::string> names,
                                      size_t most = 3);

// "did you mean 'a' or 'b'?", or the empty text where nothing is near.
std::string DidYouMean(std::string_view typed, std::span<const std::string> names);

}  // namespace ekiben
