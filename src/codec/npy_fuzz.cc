// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codec/npy.h"

// DecodeNpy() on any bytes: the first chooses the input's type, the rest is the file. What is read
// must be read again, bit for bit, from what EncodeNpy() writes of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ekiben;
  if (size == 0) return 0;
  const TensorSpec spec = {.name = "x",
                           .type = static_cast<DataType>(1 + data[0] % 13),
                           .shape = {-1, 1},
                           .any_rank = (data[0] & 0x40) == 0,
                           .missing = (data[0] & 0x80) != 0};
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Result<Tensor> tensor = codec::DecodeNpy(body, spec);
  if (!tensor) return 0;
  const Result<std::string> file = codec::EncodeNpy(*tensor);
  if (!file) std::abort();
  const Result<Tensor> again = codec::DecodeNpy(*file, spec);
  if (!again || again->shape() != tensor->shape()) std::abort();
  if (!std::ranges::equal(tensor->bytes(), again->bytes())) std::abort();
  return 0;
}
