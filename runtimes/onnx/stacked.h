// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx/expected.h"
#include "onnx/library.h"
#include "onnx/ort_api.h"
#include "onnx/port.h"
#include "onnx/value.h"

// Sequences as tensors: what converters give for classes and their probabilities, and what an
// operator gives that splits a tensor.
namespace ekiben::onnx {

// Copies a sequence of tensors of one shape into a tensor with one axis more. Fails where they
// differ in shape.
Expected<void> CopyStackedTensors(const Library& library, const ElementType& type,
                                  const OrtValue* sequence, const Outlet& outlet);

// Copies a sequence of maps to float32 into rows, a column for each key of the first map, in the
// order of the keys. Fails where the maps differ in their keys.
Expected<void> CopyStackedMaps(const Library& library, const OrtValue* sequence,
                               const Outlet& outlet);

}  // namespace ekiben::onnx
