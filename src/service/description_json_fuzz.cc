// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "service/service_description.h"

// ParseServiceDescription() on any bytes. What is read and written must be read again, and then be
// written the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ekiben::service;
  const auto service =
      ParseServiceDescription(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!service) return 0;
  const std::string written = service->ToJson();
  const auto again = ParseServiceDescription(written);
  if (!again || again->ToJson() != written) std::abort();
  return 0;
}
