// SPDX-License-Identifier: Apache-2.0
#include "codec/json_document.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "base/json_writer.h"
#include "codec/json_syntax.h"
#include "codec/number.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

using boost::system::error_code;
using Text = boost::json::string_view;

void Write(const JsonValue& value, JsonWriter& json) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull: json.Raw("null"); return;
    case JsonValue::Kind::kString: json.String(value.text()); return;
    case JsonValue::Kind::kBool:
    case JsonValue::Kind::kNumber: json.Raw(value.text()); return;
    case JsonValue::Kind::kArray:
      json.BeginArray();
      for (const JsonValue& item : value.items()) Write(item, json);
      json.EndArray();
      return;
    case JsonValue::Kind::kObject:
      json.BeginObject();
      for (size_t i = 0; i < value.items().size(); ++i) {
        json.Key(value.keys()[i]);
        Write(value.items()[i], json);
      }
      json.EndObject();
  }
}

}  // namespace

// Takes the events of the parser. Open containers lie on a stack; what is closed moves into the one
// below it.
class JsonValue::Builder {
 public:
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);

  explicit Builder(size_t max_values) : values_left_(max_values), open_(1) {}

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return Open(Kind::kArray, ec); }
  bool on_array_end(size_t, error_code&) { return Close(); }
  bool on_object_begin(error_code& ec) { return Open(Kind::kObject, ec); }
  bool on_object_end(size_t, error_code& ec) { return NoKeyTwice(open_.back(), ec) && Close(); }

  bool on_key_part(Text piece, size_t, error_code&) { return piece_.append(piece), true; }
  bool on_key(Text last_piece, size_t, error_code&) {
    piece_.append(last_piece);
    open_.back().keys_.push_back(std::exchange(piece_, {}));
    return true;
  }
  bool on_string_part(Text piece, size_t, error_code&) { return piece_.append(piece), true; }
  bool on_string(Text last_piece, size_t, error_code& ec) {
    piece_.append(last_piece);
    return Add(Kind::kString, std::exchange(piece_, {}), ec);
  }
  bool on_number_part(Text, error_code&) { return true; }
  bool on_int64(int64_t, Text text, error_code& ec) { return Add(Kind::kNumber, text, ec); }
  bool on_uint64(uint64_t, Text text, error_code& ec) { return Add(Kind::kNumber, text, ec); }
  bool on_double(double, Text text, error_code& ec) { return Add(Kind::kNumber, text, ec); }
  bool on_bool(bool value, error_code& ec) {
    return Add(Kind::kBool, value ? "true" : "false", ec);
  }
  bool on_null(error_code& ec) { return Add(Kind::kNull, {}, ec); }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

  Status& status() { return status_; }
  // REQUIRES: the events of one whole value were taken.
  JsonValue Finish() && { return std::move(open_.front().items_.front()); }

 private:
  bool Fail(std::string message, error_code& ec) {
    status_ = InvalidArgument(std::move(message));
    ec = boost::json::error::exception;
    return false;
  }

  bool Count(error_code& ec) {
    if (values_left_ == 0) return Fail("the JSON has too many values", ec);
    --values_left_;
    return true;
  }

  bool Add(Kind kind, std::string_view text, error_code& ec) {
    if (!Count(ec)) return false;
    JsonValue& value = open_.back().items_.emplace_back();
    value.kind_ = kind;
    value.text_ = text;
    return true;
  }

  bool Open(Kind kind, error_code& ec) {
    if (!Count(ec)) return false;
    open_.emplace_back().kind_ = kind;
    return true;
  }

  bool Close() {
    JsonValue closed = std::move(open_.back());
    open_.pop_back();
    open_.back().items_.push_back(std::move(closed));
    return true;
  }

  bool NoKeyTwice(const JsonValue& object, error_code& ec) {
    std::vector<std::string_view> keys(object.keys_.begin(), object.keys_.end());
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice == keys.end()) return true;
    return Fail(fmt::format("the key {} is given twice", Quoted(*twice)), ec);
  }

  size_t values_left_;
  std::vector<JsonValue> open_;  // The first holds the root.
  std::string piece_;
  Status status_;
};

Result<JsonValue> JsonValue::Parse(std::string_view text, const DocumentLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error(InvalidArgument(
        fmt::format("the JSON has {} bytes, more than {}", text.size(), limits.max_bytes)));
  }
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::basic_parser<Builder> parser(options, limits.max_values);
  error_code ec;
  const size_t parsed = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && parsed == text.size()) return std::move(parser.handler()).Finish();
  if (!parser.handler().status().ok()) return Error(std::move(parser.handler().status()));
  if (!ec) ec = boost::json::error::extra_data;
  return Error(JsonSyntaxError(text, parsed, ec));
}

std::optional<int64_t> JsonValue::Int() const {
  int64_t number = 0;
  const char* const end = text_.data() + text_.size();
  if (kind_ != Kind::kNumber) return std::nullopt;
  const auto [stopped, error] = std::from_chars(text_.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

std::optional<double> JsonValue::Double() const {
  if (kind_ != Kind::kNumber) return std::nullopt;
  const double number = ReadFloat<double>(text_);
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

const JsonValue* JsonValue::Find(std::string_view key) const {
  const auto found = std::ranges::find(keys_, key);
  return found == keys_.end() ? nullptr : &items_[static_cast<size_t>(found - keys_.begin())];
}

std::string JsonValue::ToJson() const {
  JsonWriter json;
  Write(*this, json);
  return json.text();
}

std::string_view KindName(JsonValue::Kind kind) {
  switch (kind) {
    case JsonValue::Kind::kNull: return "null";
    case JsonValue::Kind::kBool: return "a boolean";
    case JsonValue::Kind::kNumber: return "a number";
    case JsonValue::Kind::kString: return "a string";
    case JsonValue::Kind::kArray: return "an array";
    case JsonValue::Kind::kObject: return "an object";
  }
  return "null";
}

}  // namespace ekiben::codec
