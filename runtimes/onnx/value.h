// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include <ekiben/runtime_abi.h>

#include "onnx/expected.h"
#include "onnx/library.h"
#include "onnx/ort_api.h"
#include "onnx/port.h"

// ONNX Runtime's values from tensors and back. Errors name no port; the caller does.
namespace ekiben::onnx {

// Where one output goes: a tensor to fill in, and the host that has memory for its data.
struct Outlet {
  const ekiben_host* host;
  size_t index;
  ekiben_tensor* tensor;

  // Memory for the tensor's data, whose `bytes` are set.
  Expected<void> Allocate(size_t bytes) const;
};

// The number of elements, and the bytes of a tensor of numbers. Fail where an axis is negative or
// there are more than can be counted.
Expected<size_t> ElementsOf(const ekiben_tensor& tensor);
Expected<size_t> BytesOf(const ElementType& type, const ekiben_tensor& tensor);

// A value over the memory of `tensor`, which has to outlive it; for strings a copy.
// REQUIRES: `tensor` has the dtype of `type`
Expected<Handle<OrtValue>> ValueOf(const Library& library, const ElementType& type,
                                   const ekiben_tensor& tensor);

// Reads the type and shape of a value that is a tensor. `first_axes` of the shape are left as they
// are; the value's own come after them.
Expected<void> ReadType(const Library& library, const OrtValue* value, int32_t first_axes,
                        ekiben_tensor* tensor, OrtElementType* type);

// Copies a value that is a tensor of elements of `type`.
Expected<void> CopyTensor(const Library& library, const ElementType& type, OrtValue* value,
                          const Outlet& outlet);

}  // namespace ekiben::onnx
