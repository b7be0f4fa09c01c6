// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "codec/limits.h"
#include "tensor/tensor.h"

// numpy's file format for one array, as numpy.save() writes it and numpy.load() reads it.
namespace ekiben::codec {

inline constexpr std::string_view kNpyMediaType = "application/x-npy";

// The array in `body`, of the type and fitting the shape of `spec`. Reads versions 1 to 3, both
// byte orders and both memory orders. Another type is converted where every value stays what it is:
// 2 and 2.0 become each other, 0.1 as float64 does not become float32. `<U` and `|S` arrays become
// strings. NaN needs `TensorSpec::missing`, infinities are refused, as in JSON.
//
// The header is read strictly and never evaluated; object and structured arrays are refused. Every
// error is kInvalidArgument.
Result<Tensor> DecodeNpy(std::string_view body, const TensorSpec& spec, const Limits& limits = {});

// The array in `body` as it is: of its own type and shape, empty or not, NaN and infinities too.
Result<Tensor> DecodeNpyArray(std::string_view body, const Limits& limits = {});

// The tensor as version 1.0, little endian, in C order; strings as `<U`. Fails with kInternal where
// a string is not UTF-8, or where padding all to the longest would take more than 1 GiB.
Result<std::string> EncodeNpy(const Tensor& output);

}  // namespace ekiben::codec
