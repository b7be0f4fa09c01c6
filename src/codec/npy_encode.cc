// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "codec/npy.h"
#include "codec/npy_header.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

constexpr size_t kMostBytes = size_t{1} << 30;

std::string_view Descr(DataType type) {
  switch (type) {
    case DataType::kBool: return "|b1";
    case DataType::kUint8: return "|u1";
    case DataType::kUint16: return "<u2";
    case DataType::kUint32: return "<u4";
    case DataType::kUint64: return "<u8";
    case DataType::kInt8: return "|i1";
    case DataType::kInt16: return "<i2";
    case DataType::kInt32: return "<i4";
    case DataType::kInt64: return "<i8";
    case DataType::kFloat16: return "<f2";
    case DataType::kFloat32: return "<f4";
    case DataType::kFloat64: return "<f8";
    case DataType::kString: break;
  }
  return {};
}

// The number of code points. REQUIRES: IsUtf8(text)
size_t Length(std::string_view text) {
  size_t points = 0;
  for (; !text.empty(); ++points) TakeUtf8(text);
  return points;
}

Result<std::string> EncodeStrings(const Tensor& output) {
  size_t width = 1;  // numpy has no strings of no length.
  for (size_t i = 0; i < output.elements(); ++i) {
    if (!IsUtf8(output.StringAt(i))) {
      return Error(Internal(fmt::format("string {} of the output is not UTF-8", i)));
    }
    width = std::max(width, Length(output.StringAt(i)));
  }
  const size_t item_size = width * sizeof(char32_t);
  if (output.elements() > kMostBytes / item_size) {
    return Error(Internal(fmt::format("{} strings of up to {} characters are too many for npy, "
                                      "which pads all to the longest",
                                      output.elements(), width))
                     .WithHint("ask for application/json"));
  }
  std::string body = NpyHeader(fmt::format("<U{}", width), output.shape());
  size_t at = body.size();
  body.resize(at + output.elements() * item_size);
  for (size_t i = 0; i < output.elements(); ++i, at += item_size) {
    std::string_view text = output.StringAt(i);
    for (size_t next = at; !text.empty(); next += sizeof(char32_t)) {
      const char32_t point = TakeUtf8(text);
      std::memcpy(body.data() + next, &point, sizeof point);
    }
  }
  return body;
}

}  // namespace

Result<std::string> EncodeNpy(const Tensor& output) {
  if (output.type() == DataType::kString) return EncodeStrings(output);
  std::string body = NpyHeader(Descr(output.type()), output.shape());
  const auto bytes = output.bytes();
  body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return body;
}

}  // namespace ekiben::codec
