// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace ekiben::codec {

// What a document may ask for at most.
struct DocumentLimits {
  size_t max_bytes = 16 << 20;
  size_t max_values = 200'000;  // Of the whole document: an array counts itself and what it holds.
  size_t max_depth = 64;
};

// One JSON value with all that is in it: for documents that are read once, such as a description.
// Bodies of requests are decoded without it (json.h).
//
// Numbers stay as they were written, so that a value that is only passed on does not change.
class JsonValue {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  JsonValue() = default;

  // kInvalidArgument where the text is no JSON (with line and column), exceeds the limits, or has
  // an object with a key twice.
  static Result<JsonValue> Parse(std::string_view text, const DocumentLimits& limits = {});

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }

  // The characters of a string, a number as it was written, "true" or "false"; else empty.
  const std::string& text() const { return text_; }
  // A number that is one exactly; nothing for any other value.
  std::optional<int64_t> Int() const;
  std::optional<double> Double() const;

  // What an array or object holds, in the order of the text; of an object, key i has item i.
  std::span<const JsonValue> items() const { return items_; }
  std::span<const std::string> keys() const { return keys_; }
  // The member of an object; null where there is none.
  const JsonValue* Find(std::string_view key) const;

  // As JSON, without spaces.
  std::string ToJson() const;

 private:
  class Builder;

  Kind kind_ = Kind::kNull;
  std::string text_;
  std::vector<JsonValue> items_;
  std::vector<std::string> keys_;
};

// "a string", "an object": what a message says that came.
std::string_view KindName(JsonValue::Kind kind);

}  // namespace ekiben::codec
