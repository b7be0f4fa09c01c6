// SPDX-License-Identifier: Apache-2.0
#include "store/random.h"

#include <sys/random.h>

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ekiben::store {

void FillWithRandom(std::span<uint8_t> bytes) {
  // Fails only while the machine boots, and then only if interrupted.
  while (getrandom(bytes.data(), bytes.size(), 0) < 0) {
  }
}

std::string RandomName() {
  std::array<uint8_t, 16> bytes;
  FillWithRandom(bytes);
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace ekiben::store
