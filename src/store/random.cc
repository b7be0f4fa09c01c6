// SPDX-License-Identifier: Apache-2.0
#include "store/random.h"

#include <sys/random.h>

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ekiben::store {
namespace {

constexpr size_t kNameBytes = 16;

}  // namespace

void FillWithRandom(std::span<uint8_t> bytes) {
  // Fails only while the machine boots, and then only if interrupted.
  while (getrandom(bytes.data(), bytes.size(), 0) < 0) {
  }
}

bool IsRandomName(std::string_view name) {
  return name.size() == 2 * kNameBytes && name.find_first_not_of("0123456789abcdef") == name.npos;
}

std::string RandomName() {
  std::array<uint8_t, kNameBytes> bytes;
  FillWithRandom(bytes);
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace ekiben::store
