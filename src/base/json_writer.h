// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ekiben {

// Writes one JSON document piece by piece, commas included: for documents that are made once, such
// as an API's description. Keys and values must come in an order that makes sense; that is not
// checked.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }

  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view text);
  JsonWriter& Int(int64_t number);
  JsonWriter& Bool(bool value);
  // Text that is JSON already.
  JsonWriter& Raw(std::string_view json);

  // Key() and String() in one.
  JsonWriter& Member(std::string_view key, std::string_view text) { return Key(key).String(text); }

  const std::string& text() const { return text_; }

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();

  std::string text_;
};

}  // namespace ekiben
