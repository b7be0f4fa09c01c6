// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "tensor/tensor.h"

namespace ekiben::codec {

// The numbers of a tensor as another type, as numpy's astype() does: floats are cut to integers,
// what is not 0 is true. kInvalidArgument where a value is out of the type's range, NaN for
// integers too, or one of the types is that of strings.
Result<Tensor> CastNumbers(const Tensor& tensor, DataType type);

}  // namespace ekiben::codec
