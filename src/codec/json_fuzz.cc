// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "codec/json.h"

// DecodeJson() on any bytes: the first chooses the inputs, the rest is the body. What is read must
// be read again, bit for bit, from what EncodeJson() writes of it.
namespace ekiben::codec {
namespace {

std::vector<TensorSpec> SpecsFor(uint8_t choice) {
  const auto type = static_cast<DataType>(1 + choice % 13);
  const TensorSpec any = {
      .name = "x", .type = type, .shape = {}, .any_rank = true, .missing = (choice & 0x80) != 0};
  TensorSpec rows = any;
  rows.any_rank = false;
  rows.shape = {-1, 2};
  TensorSpec column = rows;
  column.shape = {-1, 1};
  TensorSpec words = column;
  words.name = "job";
  words.type = DataType::kString;
  switch (choice >> 4 & 3) {
    case 0: return {any};
    case 1: return {rows};
    case 2: return {column, words};
    default: words.shape = {-1}; return {rows, words};
  }
}

bool Same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::ranges::equal(a.bytes(), b.bytes());
}

void CheckRoundTrip(const std::vector<Tensor>& tensors, const std::vector<TensorSpec>& specs) {
  std::vector<std::string> names;
  for (const TensorSpec& spec : specs) names.push_back(spec.name);
  std::string json;
  if (!EncodeJson(tensors, names, json).ok()) std::abort();
  const auto again = DecodeJson(json, specs);
  if (!again) std::abort();
  if (!std::ranges::equal(tensors, *again, Same)) std::abort();
}

}  // namespace
}  // namespace ekiben::codec

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ekiben::codec;
  if (size == 0) return 0;
  const auto specs = SpecsFor(data[0]);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto tensors = DecodeJson(body, specs);
  if (tensors) CheckRoundTrip(*tensors, specs);
  return 0;
}
