// SPDX-License-Identifier: Apache-2.0
#include "http/request_id.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace ekiben::http {
namespace {

constexpr size_t kLongest = 128;

// SplitMix64 (Steele, Lea, Flood 2014): ids have to differ, not to be unguessable.
uint64_t NextRandom(uint64_t& state) {
  uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

void WriteHex(char* out, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = "0123456789abcdef"[value & 0xF];
}

}  // namespace

bool IsUsableRequestId(std::string_view id) {
  const auto usable = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  };
  return !id.empty() && id.size() <= kLongest && std::ranges::all_of(id, usable);
}

RequestIdSource::RequestIdSource() {
  std::random_device random;
  state_ = uint64_t{random()} << 32 | random();
}

void RequestIdSource::Next(std::string& out) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto time = static_cast<uint64_t>(std::chrono::duration_cast<milliseconds>(now).count());
  const uint64_t a = NextRandom(state_), b = NextRandom(state_);
  out.assign("xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx");
  WriteHex(&out[0], time >> 16, 8);
  WriteHex(&out[9], time, 4);
  WriteHex(&out[15], a, 3);
  WriteHex(&out[19], 0x8000 | (a >> 48 & 0x3FFF), 4);
  WriteHex(&out[24], b, 12);
}

}  // namespace ekiben::http
