// SPDX-License-Identifier: Apache-2.0
#include "codec/fit.h"

#include <algorithm>

#include <fmt/format.h>

namespace ekiben::codec {
namespace {

// Whether `actual` has an axis of length 0 where `spec` doesn't demand just that.
bool IsEmpty(const TensorSpec& spec, const Shape& actual) {
  for (size_t axis = 0; axis < actual.rank(); ++axis) {
    if (actual[axis] == 0 && (spec.any_rank || spec.shape[axis] != 0)) return true;
  }
  return false;
}

}  // namespace

bool IsColumn(const TensorSpec& spec) {
  const Shape& shape = spec.shape;
  return !spec.any_rank && shape.rank() == 2 && shape[0] == Shape::kAny && shape[1] == 1;
}

Status FitShape(const TensorSpec& spec, std::string_view add_axis, Shape& actual) {
  if (IsColumn(spec) && actual.rank() == 1) actual.Append(1);
  if (!spec.any_rank && !spec.shape.Accepts(actual)) {
    Status status = InvalidArgument(
        fmt::format("expected shape {}, got {}", spec.shape.ToString(), actual.ToString()));
    if (std::ranges::count(actual.axes(), 0) > 0) {
      return std::move(status).WithHint("send one row or more");
    }
    const bool lone_value = IsColumn(spec) && actual.rank() == 0;
    if (lone_value || actual.rank() + 1 == spec.shape.rank()) {
      return std::move(status).WithHint(std::string(add_axis));
    }
    return status;
  }
  if (IsEmpty(spec, actual)) {
    return InvalidArgument(
               fmt::format("expected values, got the empty shape {}", actual.ToString()))
        .WithHint("send one row or more");
  }
  return {};
}

}  // namespace ekiben::codec
