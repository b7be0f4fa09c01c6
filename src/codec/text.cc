// SPDX-License-Identifier: Apache-2.0
#include "codec/text.h"

#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace ekiben::codec {
namespace {

constexpr size_t kMostQuoted = 48;

struct Decoded {
  char32_t point = 0;
  size_t size = 0;  // 0: not UTF-8.
};

bool IsContinuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

// The first code point. REQUIRES: not empty.
Decoded DecodeFirst(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t point = lead & (0x7F >> size);
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text[i])) return {};
    point = point << 6 | (static_cast<uint8_t>(text[i]) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < kSmallest[size] || point > 0x10FFFF || surrogate) return {};
  return {point, size};
}

}  // namespace

bool IsUtf8(std::string_view text) { return Utf8Prefix(text) == text.size(); }

size_t Utf8Prefix(std::string_view text) {
  const size_t size = text.size();
  while (!text.empty()) {
    uint64_t eight = 0;
    if (text.size() >= sizeof eight) std::memcpy(&eight, text.data(), sizeof eight);
    if (text.size() >= sizeof eight && (eight & 0x8080808080808080) == 0) {
      text.remove_prefix(sizeof eight);
      continue;
    }
    const Decoded first = DecodeFirst(text);
    if (first.size == 0) break;
    text.remove_prefix(first.size);
  }
  return size - text.size();
}

bool AppendUtf8(char32_t point, std::string& out) {
  if ((point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF) return false;
  const auto tail = [point](int shift) {
    return static_cast<char>(0x80 | (point >> shift & 0x3F));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += {static_cast<char>(0xC0 | point >> 6), tail(0)};
  } else if (point < 0x10000) {
    out += {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
  } else {
    out += {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
  }
  return true;
}

char32_t TakeUtf8(std::string_view& text) {
  const Decoded first = DecodeFirst(text);
  text.remove_prefix(first.size);
  return first.point;
}

std::string Shortened(std::string_view text) {
  if (text.size() <= kMostQuoted) return std::string(text);
  size_t end = kMostQuoted;
  while (end > 0 && IsContinuation(text[end])) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string Quoted(std::string_view text) { return fmt::format("'{}'", Shortened(text)); }

std::string DoubleQuoted(std::string_view text) { return fmt::format("\"{}\"", Shortened(text)); }

}  // namespace ekiben::codec
