// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "store/model_yaml.h"

// Any bytes are a model or an error; what is a model is written and read again as the same one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ekiben::store;
  const auto info = ParseModelYaml(std::string(reinterpret_cast<const char*>(data), size));
  if (!info) return 0;
  const std::string text = ToModelYaml(*info);
  const auto again = ParseModelYaml(text);
  if (!again || ToModelYaml(*again) != text) std::abort();
  return 0;
}
