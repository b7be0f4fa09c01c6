// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/status.h"
#include "codec/limits.h"
#include "tensor/tensor.h"

namespace ekiben::codec {

// How a value becomes one of another type.
enum class Casting {
  kNumpy,  // As numpy's array(dtype=): 1.7 becomes the integer 1, 2 the boolean true, 1 the text
           // "1".
  kExact,  // Only where it stays the same: 2.0 is the integer 2, 1.7 is none.
};

// The tensor that Python's numpy.array(json.loads(body)) makes: any rank, empty lists too.
//
// Without `type` the values decide, together: booleans, integers (int64, uint64 where none is below
// 2^63, else float64, as are those beyond 2^64), floats, strings; true counts as 1 among numbers,
// and beside a string everything is text. No value at all is float64.
//
// With `type` each value is cast. Strings become no numbers, NaN no integer, and what is out of the
// type's range is an error.
//
// NaN and the infinities are floats, as json.loads() has them. `null`, objects and lists of unequal
// length are errors. Every error is kInvalidArgument: it says what was expected and what came, and
// its field() is a JSON pointer to the place; errors of syntax name the byte instead.
Result<Tensor> DecodeJsonArray(std::string_view body, std::optional<DataType> type = {},
                               Casting casting = Casting::kNumpy, const Limits& limits = {});

}  // namespace ekiben::codec
