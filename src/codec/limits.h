// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ekiben::codec {

// What a body may ask for at most. Its bytes are limited by whoever received it; this bounds the
// memory that few bytes can claim. Lists of a tensor nest no deeper than Shape::kMaxRank anyway.
struct Limits {
  size_t max_elements = 100'000'000;  // Of one tensor, or of JSON that passes through.
  size_t max_depth = 200;             // Of JSON that passes through.
  size_t max_parts = 1000;            // Of a form.
};

}  // namespace ekiben::codec
