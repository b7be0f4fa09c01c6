// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <ekiben/runtime_abi.h>

#include "onnx/expected.h"
#include "onnx/library.h"
#include "onnx/ort_api.h"

namespace ekiben::onnx {

// A type of elements, in ONNX Runtime's words and in ours.
struct ElementType {
  OrtElementType ort;
  int32_t dtype;
  size_t size;  // 0: strings.
};

// nullptr where ekiben has no such type.
const ElementType* FindElementType(OrtElementType type);

// How the value at an input or output becomes a tensor.
enum class Form {
  kTensor,          // It is one.
  kStackedTensors,  // A sequence of tensors of one shape, stacked along a new first axis.
  kStackedMaps,     // A sequence of maps from a class to a float: a row each, a column a class.
};

// One input or output of a graph, as ekiben is told of it.
struct Port {
  std::string name;
  Form form = Form::kTensor;
  const ElementType* type = nullptr;
  int32_t rank = -1;  // -1: not known. An axis of -1 may have any length.
  std::array<int64_t, EKIBEN_MAX_RANK> shape{};

  // Whether the graph takes an input of this shape.
  bool Accepts(std::span<const int64_t> actual) const;
};

// Reads what a graph says of an input or output. Refuses what can't be a tensor of ours, by name:
// "input 'x' is a map".
Expected<Port> DescribeInput(const Library& library, std::string name, const OrtTypeInfo* info);
Expected<Port> DescribeOutput(const Library& library, std::string name, const OrtTypeInfo* info);

}  // namespace ekiben::onnx
