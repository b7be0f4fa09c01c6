// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/status.h"
#include "tensor/tensor.h"

namespace ekiben::codec {

// Whether an input is one column of a table: [-1, 1], of which a flat list is as good a value.
bool IsColumn(const TensorSpec& spec);

// Checks that a tensor of the shape `actual` may be the input `spec`, and that it isn't empty;
// makes [n] into [n, 1] for columns. `add_axis` says how the caller of this format adds an outer
// axis, for the hint.
Status FitShape(const TensorSpec& spec, std::string_view add_axis, Shape& actual);

}  // namespace ekiben::codec
