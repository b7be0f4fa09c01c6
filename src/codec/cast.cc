// SPDX-License-Identifier: Apache-2.0
#include "codec/cast.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace ekiben::codec {
namespace {

template <typename T>
constexpr bool kIsFloating = std::is_floating_point_v<T> || std::is_same_v<T, _Float16>;

// Whether a float, cut to the integer that numpy makes of it, is one of T's.
template <typename T>
bool InRange(double value) {
  const double whole = std::trunc(value);
  return whole >= static_cast<double>(std::numeric_limits<T>::min()) &&
         whole < std::ldexp(1.0, std::numeric_limits<T>::digits);
}

template <typename To, typename From>
bool Cast(From value, To& cast) {
  if constexpr (std::is_same_v<To, bool>) {
    cast = value != From{0};
  } else if constexpr (kIsFloating<From> && std::is_integral_v<To>) {
    if (!InRange<To>(static_cast<double>(value))) return false;
    cast = static_cast<To>(value);
  } else if constexpr (std::is_integral_v<From> && std::is_integral_v<To> &&
                       !std::is_same_v<From, bool>) {
    if (!std::in_range<To>(value)) return false;
    cast = static_cast<To>(value);
  } else {
    cast = static_cast<To>(value);
  }
  return true;
}

}  // namespace

Result<Tensor> CastNumbers(const Tensor& tensor, DataType type) {
  if (tensor.type() == DataType::kString || type == DataType::kString) {
    return Error(InvalidArgument(fmt::format("expected {}, got an array of {}", DataTypeName(type),
                                             DataTypeName(tensor.type()))));
  }
  Tensor cast(type, tensor.shape());
  const bool ok = VisitDataType(tensor.type(), [&]<typename From>() {
    return VisitDataType(type, [&]<typename To>() {
      if constexpr (!std::is_same_v<From, std::string_view> &&
                    !std::is_same_v<To, std::string_view>) {
        const auto from = tensor.As<From>();
        const auto to = cast.As<To>();
        for (size_t i = 0; i < from.size(); ++i) {
          if (!Cast(from[i], to[i])) return false;
        }
      }
      return true;
    });
  });
  if (ok) return cast;
  return Error(InvalidArgument(fmt::format("a value of the array of {} is out of range of {}",
                                           DataTypeName(tensor.type()), DataTypeName(type))));
}

}  // namespace ekiben::codec
