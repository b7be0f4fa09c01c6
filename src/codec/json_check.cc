// SPDX-License-Identifier: Apache-2.0
#include "codec/json_check.h"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "codec/json_syntax.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

using boost::system::error_code;
using Piece = boost::json::string_view;

// Counts values, and keeps none.
class Counter {
 public:
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);

  explicit Counter(size_t most) : left_(most) {}

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return Count(ec); }
  bool on_array_end(size_t, error_code&) { return true; }
  bool on_object_begin(error_code& ec) { return Count(ec); }
  bool on_object_end(size_t, error_code&) { return true; }
  bool on_key_part(Piece, size_t, error_code&) { return true; }
  bool on_key(Piece, size_t, error_code&) { return true; }
  bool on_string_part(Piece, size_t, error_code&) { return true; }
  bool on_string(Piece, size_t, error_code& ec) { return Count(ec); }
  bool on_number_part(Piece, error_code&) { return true; }
  bool on_int64(int64_t, Piece, error_code& ec) { return Count(ec); }
  bool on_uint64(uint64_t, Piece, error_code& ec) { return Count(ec); }
  bool on_double(double, Piece, error_code& ec) { return Count(ec); }
  bool on_bool(bool, error_code& ec) { return Count(ec); }
  bool on_null(error_code& ec) { return Count(ec); }
  bool on_comment_part(Piece, error_code&) { return true; }
  bool on_comment(Piece, error_code&) { return true; }

  bool too_many() const { return too_many_; }

 private:
  bool Count(error_code& ec) {
    if (left_-- > 0) return true;
    too_many_ = true;
    ec = boost::json::error::exception;
    return false;
  }

  size_t left_;
  bool too_many_ = false;
};

}  // namespace

Status CheckJson(std::string_view body, const Limits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::basic_parser<Counter> parser(options, limits.max_elements);
  error_code ec;
  const size_t parsed = parser.write_some(false, body.data(), body.size(), ec);
  if (!ec && parsed == body.size()) return {};
  if (parser.handler().too_many()) {
    return InvalidArgument(fmt::format("more than {} values", limits.max_elements));
  }
  if (ec == boost::json::error::too_deep) {
    return InvalidArgument(
        fmt::format("the JSON is nested more than {} deep, at byte {}", limits.max_depth, parsed));
  }
  if (!ec) ec = boost::json::error::extra_data;
  return JsonSyntaxError(body, parsed, ec);
}

Status CheckUtf8(std::string_view body) {
  const size_t valid = Utf8Prefix(body);
  if (valid == body.size()) return {};
  return InvalidArgument(fmt::format("the text is not UTF-8, at byte {}", valid));
}

}  // namespace ekiben::codec
