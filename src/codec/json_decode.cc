// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

#include "codec/json.h"
#include "codec/json_reader.h"
#include "codec/json_syntax.h"

namespace ekiben::codec {
namespace {

using boost::system::error_code;
using Text = boost::json::string_view;

constexpr std::string_view kNaNAsNumber = " 0 ";

// Hands the parser's events to a JsonReader, keys in one piece.
//
// A second pass over a body that has NaN in it sees a copy with kNaNAsNumber in its place, as long
// as NaN and apart from its neighbours, so that all else stays where it was and `1NaN` stays wrong;
// what a zero was before is looked up in the body.
class Handler {
 public:
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);

  Handler(std::span<const TensorSpec> specs, std::span<const std::string> unused,
          const Limits& limits, std::string_view body, std::string_view copy)
      : reader_(specs, unused, limits, CountValues(body)), body_(body), copy_(copy) {}

  JsonReader& reader() { return reader_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return Check(reader_.OpenList(), ec); }
  bool on_array_end(size_t, error_code& ec) { return Check(reader_.CloseList(), ec); }
  bool on_object_begin(error_code& ec) { return Check(reader_.OpenObject(), ec); }
  bool on_object_end(size_t, error_code& ec) { return Check(reader_.CloseObject(), ec); }

  bool on_key_part(Text piece, size_t, error_code&) {
    key_.append(piece);
    return true;
  }
  bool on_key(Text last_piece, size_t, error_code& ec) {
    if (key_.empty()) return Check(reader_.Key(last_piece), ec);
    key_.append(last_piece);
    const bool ok = reader_.Key(key_);
    key_.clear();
    return Check(ok, ec);
  }
  bool on_string_part(Text piece, size_t, error_code& ec) {
    return Check(reader_.StringPiece(piece), ec);
  }
  bool on_string(Text last_piece, size_t, error_code& ec) {
    return Check(reader_.String(last_piece), ec);
  }

  // The whole body is one buffer, so that `text` is always the whole number.
  bool on_number_part(Text, error_code&) { return true; }
  bool on_int64(int64_t value, Text text, error_code& ec) {
    if (WasNaN(text)) return Check(reader_.Missing(kNaN), ec);
    return Check(reader_.Number(value, text), ec);
  }
  bool on_uint64(uint64_t value, Text text, error_code& ec) {
    return Check(reader_.Number(value, text), ec);
  }
  bool on_double(double value, Text text, error_code& ec) {
    return Check(reader_.Number(value, text), ec);
  }
  bool on_bool(bool value, error_code& ec) { return Check(reader_.Bool(value), ec); }
  bool on_null(error_code& ec) { return Check(reader_.Missing("null"), ec); }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

 private:
  static bool Check(bool ok, error_code& ec) {
    if (!ok) [[unlikely]]
      ec = boost::json::error::exception;
    return ok;
  }

  bool WasNaN(std::string_view text) const {
    if (copy_.empty()) return false;
    return body_[static_cast<size_t>(text.data() - copy_.data())] == kNaN[1];
  }

  JsonReader reader_;
  const std::string_view body_;
  const std::string_view copy_;  // Empty in the first pass.
  std::string key_;              // The pieces so far.
};

using Parser = boost::json::basic_parser<Handler>;

// `body` with kNaNAsNumber for each NaN outside of strings.
std::string WithoutNaN(std::string_view body) {
  std::string copy(body);
  bool in_string = false;
  for (size_t i = 0; i < copy.size(); ++i) {
    if (copy[i] == '"') in_string = !in_string;
    if (in_string && copy[i] == '\\') ++i;
    if (!in_string && body.substr(i).starts_with(kNaN)) {
      copy.replace(i, kNaN.size(), kNaNAsNumber);
      i += kNaN.size() - 1;
    }
  }
  return copy;
}

Result<std::vector<Tensor>> Decode(std::string_view body, std::string_view copy,
                                   std::span<const TensorSpec> specs, const Limits& limits,
                                   std::span<const std::string> unused) {
  boost::json::parse_options options;
  options.max_depth = Shape::kMaxRank + 3;  // One more than is ever right, and the two objects.
  Parser parser(options, specs, unused, limits, body, copy);
  const std::string_view text = copy.empty() ? body : copy;
  JsonReader& reader = parser.handler().reader();

  error_code ec;
  const size_t parsed = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && parsed == text.size()) return std::move(reader).Finish();
  if (!reader.status().ok()) return Error(reader.status());
  if (!ec) ec = boost::json::error::extra_data;

  const std::string_view rest = body.substr(parsed);
  if (rest.starts_with(kNaN)) {
    if (copy.empty() && reader.MayBeMissing()) {
      return Decode(body, WithoutNaN(body), specs, limits, unused);
    }
    if (reader.Refuse(kNaN)) return Error(reader.status());
  }
  if (rest.starts_with(kInfinity) && reader.Refuse(kInfinity)) return Error(reader.status());
  return Error(JsonSyntaxError(body, parsed, ec));
}

}  // namespace

Result<std::vector<Tensor>> DecodeJson(std::string_view body, std::span<const TensorSpec> specs,
                                       const Limits& limits, std::span<const std::string> unused) {
  return Decode(body, {}, specs, limits, unused);
}

}  // namespace ekiben::codec
