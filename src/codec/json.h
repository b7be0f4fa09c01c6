// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "codec/limits.h"
#include "tensor/tensor.h"

// JSON bodies as BentoML 1.0 has them, straight into tensors and back: no document tree is built,
// and nothing is allocated per number.
namespace ekiben::codec {

// The tensors of a request, in the order of `specs`, each of the type and fitting the shape of its
// spec. A body is one of
//
//   [[5.9, 3, 5.1, 1.8]]                  one input, as a nested list
//   {"x": [[5.9, …]], "mask": [[1, …]]}   an object keyed by input
//   {"input": …}                          either of these, unless an input has that name
//
// and where every input is a column (shape [-1, 1], as a converted DataFrame pipeline has) also
//
//   [{"age": 39, "job": "x"}, …]          records
//   {"age": [39, 40], "job": ["x", "y"]}  columns as flat lists
//
// Keys of `unused` may stand beside the inputs, with any value: they are not read.
//
// Numbers are rounded once, to the nearest value of the input's type. Integers take 3.0 and 3e0 as
// 3, booleans take 0 and 1, strings only strings. `null` and Python's NaN are values only where
// `TensorSpec::missing` allows them; Infinity never is.
//
// Every error is kInvalidArgument: it says what was expected and what came, and its field() is a
// JSON pointer to the place; errors of syntax name the byte instead. REQUIRES: a spec or more.
Result<std::vector<Tensor>> DecodeJson(std::string_view body, std::span<const TensorSpec> specs,
                                       const Limits& limits = {},
                                       std::span<const std::string> unused = {});

// Appends the answer to `out`: one output as the bare nested list, `[2]`; several as an object by
// name, `{"label": [2], "score": [0.5]}`. Spaced like Python's json.dumps; floats are the shortest
// text that reads back as the same value of their own type, integral ones with `.0`. NaN and
// infinities, which JSON does not have, become `null` (BentoML 1.0 writes NaN, which few readers
// other than Python's accept).
//
// Fails with kInternal, and leaves `out` as it was, where a string is not UTF-8.
// REQUIRES: as many names as outputs, one or more; names in UTF-8.
Status EncodeJson(std::span<const Tensor> outputs, std::span<const std::string> names,
                  std::string& out);

}  // namespace ekiben::codec
