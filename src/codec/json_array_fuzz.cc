// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "codec/json.h"
#include "codec/json_array.h"

// DecodeJsonArray() on any bytes: the first chooses the type, the rest is the body. What is read
// must be read again, bit for bit, from what EncodeJson() writes of it, unless it is not finite.
namespace {

using namespace ekiben;

bool AllFinite(const Tensor& tensor) {
  return VisitDataType(tensor.type(), [&]<typename T>() {
    if constexpr (std::is_same_v<T, std::string_view>) {
      return true;
    } else {
      return std::ranges::all_of(tensor.As<T>(),
                                 [](T value) { return std::isfinite(static_cast<double>(value)); });
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto number = data[0] & 0xF;
  const auto casting = (data[0] & 0x10) != 0 ? codec::Casting::kExact : codec::Casting::kNumpy;
  std::optional<DataType> type;
  if (number >= 1 && number <= 13) type = static_cast<DataType>(number);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Result<Tensor> tensor = codec::DecodeJsonArray(body, type, casting);
  if (!tensor || !AllFinite(*tensor)) return 0;
  std::string json;
  const std::string name = "x";
  if (!codec::EncodeJson(std::span(&*tensor, 1), std::span(&name, 1), json).ok()) std::abort();
  const auto again = codec::DecodeJsonArray(json, tensor->type(), codec::Casting::kExact);
  if (!again || again->shape() != tensor->shape()) std::abort();
  if (!std::ranges::equal(tensor->bytes(), again->bytes())) std::abort();
  return 0;
}
