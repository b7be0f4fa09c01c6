// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "onnx/expected.h"

namespace ekiben::onnx {

// A part of another file that a model takes as a tensor's data.
struct ExternalData {
  std::string_view location;  // A path relative to the model's folder, if the model is honest.
  uint64_t offset = 0;
  uint64_t length = 0;

  bool operator==(const ExternalData&) const = default;
};

// What a serialised ModelProto takes from other files: in its graph, in the graphs inside of that,
// and in its functions. Walks the protobuf message without building it; the input may be hostile.
// The result refers to `model`.
Expected<std::vector<ExternalData>> FindExternalData(std::string_view model);

}  // namespace ekiben::onnx
