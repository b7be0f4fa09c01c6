// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tensor/tensor.h"

namespace ekiben {

struct Value;

// No value at all: Python's None, an empty body.
struct Null {};

// JSON, as text that is known to be valid.
struct Json {
  std::string text;
};

// UTF-8 text that is known to be valid.
struct Text {
  std::string text;
};

// Bytes of a media type: an image, a file. Empty where nothing is known.
struct Blob {
  std::string data;
  std::string media_type;
  std::string filename;
};

// Named values, in the order in which they were given: the parts of a form.
struct Parts {
  Parts() = default;
  Parts(Parts&&) noexcept = default;
  Parts& operator=(Parts&&) noexcept = default;

  std::vector<std::pair<std::string, Value>> parts;
};

// What only Python understands (a table, an image in memory, a list of values …), in the encoding
// of the worker protocol. It passes through the engine as it is.
struct Opaque {
  uint8_t kind = 0;
  std::string bytes;
  int64_t rows = 1;  // What it counts for in a batch.
};

// What an API takes or returns. Moved, never copied by accident: a tensor has no copy.
struct Value : std::variant<Null, Tensor, Json, Text, Blob, Parts, Opaque> {
  using variant::variant;

  template <typename T>
  T* If() {
    return std::get_if<T>(static_cast<variant*>(this));
  }
  template <typename T>
  const T* If() const {
    return std::get_if<T>(static_cast<const variant*>(this));
  }
};

}  // namespace ekiben
