// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace ekiben::onnx {

// A value, or the text that goes into the C ABI's error buffer.
template <typename T>
using Expected = std::expected<T, std::string>;

inline std::unexpected<std::string> Error(std::string text) {
  return std::unexpected(std::move(text));
}

}  // namespace ekiben::onnx
