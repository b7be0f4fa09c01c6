// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ekiben {

// The type of a tensor's elements. The numbers are those of include/ekiben/runtime_abi.h.
enum class DataType : int32_t {
  kBool = 1,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat16,
  kFloat32,
  kFloat64,
  kString,
};

// numpy's name ("float32"), or "string".
std::string_view DataTypeName(DataType type);
std::optional<DataType> DataTypeFromName(std::string_view name);

// Bytes of one element; 0 for strings, whose elements differ in length.
size_t ElementSize(DataType type);

constexpr bool IsFloat(DataType type) {
  return type == DataType::kFloat16 || type == DataType::kFloat32 || type == DataType::kFloat64;
}
constexpr bool IsInteger(DataType type) {
  return type >= DataType::kUint8 && type <= DataType::kInt64;
}

// Calls visit.operator()<T>() with the C++ type of the elements, std::string_view for strings.
template <typename Visitor>
decltype(auto) VisitDataType(DataType type, Visitor&& visit) {
  switch (type) {
    case DataType::kBool: return visit.template operator()<bool>();
    case DataType::kUint8: return visit.template operator()<uint8_t>();
    case DataType::kUint16: return visit.template operator()<uint16_t>();
    case DataType::kUint32: return visit.template operator()<uint32_t>();
    case DataType::kUint64: return visit.template operator()<uint64_t>();
    case DataType::kInt8: return visit.template operator()<int8_t>();
    case DataType::kInt16: return visit.template operator()<int16_t>();
    case DataType::kInt32: return visit.template operator()<int32_t>();
    case DataType::kInt64: return visit.template operator()<int64_t>();
    case DataType::kFloat16: return visit.template operator()<_Float16>();
    case DataType::kFloat32: return visit.template operator()<float>();
    case DataType::kFloat64: return visit.template operator()<double>();
    case DataType::kString: break;
  }
  return visit.template operator()<std::string_view>();
}

}  // namespace ekiben
