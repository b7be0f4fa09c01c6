// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace ekiben::codec {

// Appends the shortest text that reads back as the same value of its type, integral ones with
// `.0`, as Python's repr(). REQUIRES: the value is finite.
template <typename T>
  requires std::is_floating_point_v<T>
void AppendFloat(T value, std::string& out) {
  constexpr size_t kLongest = 32;
  char buffer[kLongest];
  const char* const end = fmt::format_to(buffer, FMT_COMPILE("{}"), value);
  const std::string_view text(buffer, end);
  out += text;
  const bool bare = std::trunc(value) == value && text.find_first_of(".e") == text.npos;
  if (bare) out += ".0";
}

}  // namespace ekiben::codec
