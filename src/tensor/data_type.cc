// SPDX-License-Identifier: Apache-2.0
#include "tensor/data_type.h"

#include <array>

namespace ekiben {
namespace {

struct Row {
  DataType type;
  std::string_view name;
  size_t size;
};

constexpr std::array<Row, 13> kTypes = {{
    {DataType::kBool, "bool", 1},
    {DataType::kUint8, "uint8", 1},
    {DataType::kUint16, "uint16", 2},
    {DataType::kUint32, "uint32", 4},
    {DataType::kUint64, "uint64", 8},
    {DataType::kInt8, "int8", 1},
    {DataType::kInt16, "int16", 2},
    {DataType::kInt32, "int32", 4},
    {DataType::kInt64, "int64", 8},
    {DataType::kFloat16, "float16", 2},
    {DataType::kFloat32, "float32", 4},
    {DataType::kFloat64, "float64", 8},
    {DataType::kString, "string", 0},
}};

const Row& RowOf(DataType type) { return kTypes[static_cast<size_t>(type) - 1]; }

}  // namespace

std::string_view DataTypeName(DataType type) { return RowOf(type).name; }

size_t ElementSize(DataType type) { return RowOf(type).size; }

std::optional<DataType> DataTypeFromName(std::string_view name) {
  for (const Row& row : kTypes) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

}  // namespace ekiben
