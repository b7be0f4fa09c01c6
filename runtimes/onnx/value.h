// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

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

// A value over the memory of `tensor`, which has to outlive it; for strings a copy.
// REQUIRES: `tensor` has the dtype of `type`
Expected<Handle<OrtValue>> ValueOf(const Library& library, const ElementType& type,
                                   const ekiben_tensor& tensor);

// Copies a value into an output of the form that `port` says.
Expected<void> CopyOut(const Library& library, const Port& port, OrtValue* value,
                       const Outlet& outlet);

// The bytes of a tensor of numbers; nothing where there are none such.
Expected<size_t> BytesOf(const ElementType& type, const ekiben_tensor& tensor);

}  // namespace ekiben::onnx
