// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fast_float/fast_float.h>

// Numbers of the elements' types from the text of a JSON number, rounded once.
namespace ekiben::codec {

// Whether `parsed` is the double nearest to the JSON number `text`. The parser multiplies or
// divides the digits by a power of ten, which rounds once, and so rightly, while both are exact as
// doubles: up to 15 digits, and up to 10^22. REQUIRES: the text has a point or an exponent.
inline bool IsNearest(double parsed, std::string_view text) {
  constexpr size_t kFifteenDigits = 16;
  constexpr double kSmallest = 1e-7, kLargest = 1e22;  // Outside, the power may be beyond 10^22.
  constexpr size_t kZero = 4;                          // "-0.0"; a longer one may have underflowed.
  const double magnitude = std::abs(parsed);
  if (magnitude >= kSmallest) return magnitude <= kLargest && text.size() <= kFifteenDigits;
  return magnitude == 0 && text.size() <= kZero;
}

template <typename Float>
Float ReadFloat(std::string_view text) {
  Float value = 0;
  fast_float::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

inline double NearestDouble(double parsed, std::string_view text) {
  return IsNearest(parsed, text) ? parsed : ReadFloat<double>(text);
}

// Rounding to double first gives another float only where the double lies in the middle of two.
inline float NearestFloat(double parsed, std::string_view text) {
  constexpr uint64_t kBelowFloat = (uint64_t{1} << 29) - 1, kMiddle = uint64_t{1} << 28;
  uint64_t bits = 0;
  std::memcpy(&bits, &parsed, sizeof bits);
  if (IsNearest(parsed, text) && (bits & kBelowFloat) != kMiddle) return static_cast<float>(parsed);
  return ReadFloat<float>(text);
}

// `number` as a T with the same value, where there is one. Doubles of 2^53 and more have none among
// the integers, since they may stand for a text that was another integer.
template <typename T, typename Number>
std::optional<T> Exactly(Number number) {
  if constexpr (std::is_same_v<T, bool>) {
    if (number != 0 && number != 1) return std::nullopt;
    return number != 0;
  } else if constexpr (std::is_integral_v<T> && std::is_integral_v<Number>) {
    if (!std::in_range<T>(number)) return std::nullopt;
    return static_cast<T>(number);
  } else if constexpr (std::is_integral_v<T>) {
    constexpr double kLargest = 0x1p53 - 1;
    const auto value = static_cast<double>(number);
    if (!(std::abs(value) <= kLargest) || std::trunc(value) != value) return std::nullopt;
    return Exactly<T>(static_cast<int64_t>(value));
  } else {
    // In the type of the number both are compared without rounding, as far as it reaches.
    const auto value = static_cast<T>(number);
    const auto wide = static_cast<double>(value);
    if constexpr (std::is_integral_v<Number>) {
      constexpr double kBeyond = std::is_signed_v<Number> ? 0x1p63 : 0x1p64;
      if (wide < -kBeyond || wide >= kBeyond) return std::nullopt;
      if (static_cast<Number>(wide) != number) return std::nullopt;
    } else {
      if (wide != static_cast<double>(number)) return std::nullopt;
    }
    return value;
  }
}

}  // namespace ekiben::codec
