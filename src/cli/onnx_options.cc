// SPDX-License-Identifier: Apache-2.0
#include "cli/onnx_options.h"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace ekiben::cli {
namespace {

using store::Yaml;

Yaml Text(std::string_view text) {
  return {.kind = Yaml::Kind::kScalar, .quoted = true, .text = std::string(text)};
}
Yaml Number(int64_t number) {
  return {.kind = Yaml::Kind::kScalar, .text = fmt::format("{}", number)};
}
Yaml Map(std::string_view key, Yaml value) {
  return {.kind = Yaml::Kind::kMap, .members = {{std::string(key), std::move(value)}}};
}

// TensorProto.DataType
int ElementType(DataType type) {
  switch (type) {
    case DataType::kFloat32: return 1;
    case DataType::kUint8: return 2;
    case DataType::kInt8: return 3;
    case DataType::kUint16: return 4;
    case DataType::kInt16: return 5;
    case DataType::kInt32: return 6;
    case DataType::kInt64: return 7;
    case DataType::kString: return 8;
    case DataType::kBool: return 9;
    case DataType::kFloat16: return 10;
    case DataType::kFloat64: return 11;
    case DataType::kUint32: return 12;
    case DataType::kUint64: return 13;
  }
  return 0;
}

Yaml ShapeOf(const TensorSpec& spec) {
  Yaml dims{.kind = Yaml::Kind::kList};
  for (const int64_t axis : spec.shape.axes()) {
    // Protobuf's JSON has 64-bit numbers as text, and a dimension that may be anything is empty.
    dims.items.push_back(axis == Shape::kAny ? Yaml{.kind = Yaml::Kind::kMap}
                                             : Map("dimValue", Text(fmt::format("{}", axis))));
  }
  return Map("dim", std::move(dims));
}

Yaml ValueInfo(const TensorSpec& spec) {
  Yaml tensor = Map("elemType", Number(ElementType(spec.type)));
  if (!spec.any_rank) tensor.members.emplace_back("shape", ShapeOf(spec));
  Yaml info = Map("name", Text(spec.name));
  info.members.emplace_back("type", Map("tensorType", std::move(tensor)));
  return info;
}

Yaml ValueInfos(std::span<const TensorSpec> specs) {
  Yaml list{.kind = Yaml::Kind::kList};
  for (const TensorSpec& spec : specs) list.items.push_back(ValueInfo(spec));
  return list;
}

}  // namespace

Yaml OnnxOptions(std::string_view signature, std::span<const TensorSpec> inputs,
                 std::span<const TensorSpec> outputs) {
  Yaml options = Map("input_specs", Map(signature, ValueInfos(inputs)));
  options.members.emplace_back("output_specs", Map(signature, ValueInfos(outputs)));
  return options;
}

}  // namespace ekiben::cli
