// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "store/yaml.h"
#include "tensor/tensor.h"

namespace ekiben::cli {

// The `options` of a model of bentoml.onnx: what the graph takes and gives, as BentoML's own loader
// wants to find it (protobuf's JSON form of ONNX's ValueInfoProto).
store::Yaml OnnxOptions(std::string_view signature, std::span<const TensorSpec> inputs,
                        std::span<const TensorSpec> outputs);

}  // namespace ekiben::cli
