// SPDX-License-Identifier: Apache-2.0
#include "tensor/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ekiben {

std::optional<int64_t> Shape::Elements() const {
  int64_t product = 1;
  for (const int64_t axis : axes()) {
    if (axis < 0 || __builtin_mul_overflow(product, axis, &product)) return std::nullopt;
  }
  return product;
}

bool Shape::Accepts(const Shape& actual) const {
  if (actual.rank() != rank()) return false;
  for (size_t axis = 0; axis < rank(); ++axis) {
    if (axes_[axis] != kAny && axes_[axis] != actual[axis]) return false;
  }
  return true;
}

std::string Shape::ToString() const { return fmt::format("[{}]", fmt::join(axes(), ", ")); }

}  // namespace ekiben
