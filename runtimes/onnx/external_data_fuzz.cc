// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "onnx/external_data.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view model(reinterpret_cast<const char*>(data), size);
  if (const auto found = ekiben::onnx::FindExternalData(model)) {
    for (const auto& part : *found) {
      const bool inside = part.location.empty() || (part.location.data() >= model.data() &&
                                                    part.location.data() + part.location.size() <=
                                                        model.data() + model.size());
      if (!inside) __builtin_trap();
    }
  }
  return 0;
}
