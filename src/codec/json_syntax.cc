// SPDX-License-Identifier: Apache-2.0
#include "codec/json_syntax.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include <boost/json/error.hpp>
#include <fmt/format.h>

namespace ekiben::codec {
namespace {

// "byte 7", or "byte 70 (line 3, column 12)"; columns count bytes, from 1.
std::string PlaceOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::ranges::count(before, '\n');
  if (lines == 0) return fmt::format("byte {}", offset);
  return fmt::format("byte {} (line {}, column {})", offset, lines + 1,
                     offset - before.find_last_of('\n'));
}

}  // namespace

// By blocks whose count fits a byte, for the vectorizer.
size_t CountValues(std::string_view body) {
  constexpr size_t kBlock = 128;
  size_t commas = 0;
  while (body.size() >= kBlock) {
    uint8_t in_block = 0;
    for (size_t i = 0; i < kBlock; ++i)
      in_block = static_cast<uint8_t>(in_block + (body[i] == ','));
    commas += in_block;
    body.remove_prefix(kBlock);
  }
  for (const char c : body) commas += c == ',';
  return commas + 1;
}

Status JsonSyntaxError(std::string_view text, size_t offset,
                       const boost::system::error_code& error) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return InvalidArgument("the body is empty, expected JSON");
  }
  const std::string place = PlaceOf(text, offset);
  if (error == boost::json::error::incomplete) {
    return InvalidArgument(fmt::format("the JSON ends too early, at {}", place));
  }
  if (error == boost::json::error::syntax && offset < text.size() && (text[offset] & 0x80) != 0) {
    return InvalidArgument(fmt::format("invalid JSON at {}: not UTF-8", place));
  }
  return InvalidArgument(fmt::format("invalid JSON at {}: {}", place, error.message()));
}

}  // namespace ekiben::codec
