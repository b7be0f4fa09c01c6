// SPDX-License-Identifier: Apache-2.0
#include "codec/json_array.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "codec/element_buffer.h"
#include "codec/float_text.h"
#include "codec/json_syntax.h"
#include "codec/nested_shape.h"
#include "codec/number.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

using boost::system::error_code;
using Piece = boost::json::string_view;

template <typename T>
constexpr bool kIsFloating = std::is_floating_point_v<T> || std::is_same_v<T, _Float16>;

// What Python's json.loads() reads though JSON does not have it, and what stands for each in the
// text that the parser sees: a zero, as long as the word and apart from its neighbours, so that all
// else stays where it was. The word is known again by its second character.
struct Word {
  std::string_view text, zero;
  double value;
};
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr Word kWords[] = {{"-Infinity", " 0       ", -kInf},
                           {"Infinity", " 0      ", kInf},
                           {"NaN", " 0 ", std::numeric_limits<double>::quiet_NaN()}};

const Word* WordAt(std::string_view text) {
  for (const Word& word : kWords) {
    if (text.starts_with(word.text)) return &word;
  }
  return nullptr;
}

// `body` with a zero for each such word outside of strings; empty where there is none.
std::string WithoutWords(std::string_view body) {
  std::string copy;
  bool in_string = false;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '"') in_string = !in_string;
    if (in_string && body[i] == '\\') ++i;
    const Word* const word = in_string ? nullptr : WordAt(body.substr(i));
    if (word == nullptr) continue;
    if (copy.empty()) copy = body;
    copy.replace(i, word->text.size(), word->zero);
    i += word->text.size() - 1;
  }
  return copy;
}

template <typename Number>
void AppendPython(Number number, std::string& out) {
  if constexpr (std::is_same_v<Number, double>) {
    if (std::isnan(number)) {
      out += "nan";
    } else if (std::isinf(number)) {
      out += number < 0 ? "-inf" : "inf";
    } else {
      AppendFloat(number, out);
    }
  } else {
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
}

// Reads a body as elements of one type. Where the type is open and a value does not fit the one
// that was tried, needs() says which one to begin again with; types only ever widen, so this ends.
class ArrayReader {
 public:
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);

  struct Try {
    std::optional<DataType> type;  // Nothing: what the first value is.
    bool open;
    bool exact;
    size_t values;  // A bound.
    size_t most;
  };

  // `copy` is what is parsed, `body` what was sent; they differ in words only.
  ArrayReader(const Try& how, std::string_view body, std::string_view copy)
      : how_(how), type_(how.type), body_(body), copy_(copy) {
    if (type_) elements_.emplace(*type_, how.values, how.most);
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return Check(shape_.OpenList() || FailShape(), ec); }
  bool on_array_end(size_t, error_code& ec) { return Check(shape_.CloseList() || FailShape(), ec); }
  bool on_object_begin(error_code& ec) { return Check(Refuse("an object"), ec); }
  bool on_object_end(size_t, error_code&) { return false; }
  bool on_key_part(Piece, size_t, error_code&) { return false; }
  bool on_key(Piece, size_t, error_code&) { return false; }

  bool on_string_part(Piece piece, size_t, error_code& ec) { return Check(StringPiece(piece), ec); }
  bool on_string(Piece piece, size_t, error_code& ec) {
    const bool ok = StringPiece(piece) && (elements_->EndString() || FailMany());
    in_string_ = false;
    return Check(ok, ec);
  }
  bool on_number_part(Piece, error_code&) { return true; }
  bool on_int64(int64_t value, Piece text, error_code& ec) {
    if (const Word* const word = WordFor(text)) return on_float(word->value, word->text, ec);
    return Check(Integer(value, text), ec);
  }
  bool on_uint64(uint64_t value, Piece text, error_code& ec) {
    return Check(Integer(value, text), ec);
  }
  bool on_double(double value, Piece text, error_code& ec) {
    return on_float(NearestDouble(value, text), text, ec);
  }
  bool on_bool(bool value, error_code& ec) { return Check(Bool(value), ec); }
  bool on_null(error_code& ec) { return Check(Refuse("null"), ec); }
  bool on_comment_part(Piece, error_code&) { return true; }
  bool on_comment(Piece, error_code&) { return true; }

  const Status& status() const { return status_; }
  std::optional<DataType> needs() const { return needs_; }

  // REQUIRES: the events of one whole value were taken.
  Tensor Finish() && {
    if (!elements_) elements_.emplace(DataType::kFloat64, 0, how_.most);
    return std::move(*elements_).Finish(shape_.shape());
  }

 private:
  static bool Check(bool ok, error_code& ec) {
    if (!ok) [[unlikely]]
      ec = boost::json::error::exception;
    return ok;
  }

  const Word* WordFor(std::string_view text) const {
    if (body_.data() == copy_.data()) return nullptr;
    const auto at = static_cast<size_t>(text.data() - copy_.data());
    return at == 0 ? nullptr : WordAt(body_.substr(at - 1));
  }

  // Makes room for one value that is best held as `natural`. False where the type is too narrow.
  bool Fits(DataType natural, bool fits) {
    if (!shape_.AddValue()) [[unlikely]]
      return FailShape();
    if (!type_) [[unlikely]] {
      type_ = natural;
      elements_.emplace(natural, how_.values, how_.most);
      return true;
    }
    if (!how_.open || fits) return true;
    needs_ = natural;
    return false;
  }

  bool Bool(bool value) {
    if (!Fits(DataType::kBool, true)) return false;
    if (*type_ == DataType::kString)
      return Text(value ? "True" : "False", value ? "true" : "false");
    return Cast(static_cast<int64_t>(value), value ? "true" : "false");
  }

  bool Integer(int64_t value, std::string_view text) {
    const bool beyond = type_ == DataType::kUint64;
    if (!Fits(beyond ? DataType::kFloat64 : DataType::kInt64,
              type_ != DataType::kBool && !beyond)) {
      return false;
    }
    return Number(value, text);
  }
  bool Integer(uint64_t value, std::string_view text) {
    const bool with_signed = type_ == DataType::kInt64;
    if (!Fits(with_signed ? DataType::kFloat64 : DataType::kUint64,
              type_ != DataType::kBool && !with_signed)) {
      return false;
    }
    return Number(value, text);
  }
  bool on_float(double value, std::string_view text, error_code& ec) {
    const bool fits = type_ == DataType::kFloat64 || type_ == DataType::kString;
    return Check(Fits(DataType::kFloat64, fits) && Number(value, text), ec);
  }

  template <typename T>
  bool Number(T value, std::string_view text) {
    if (*type_ != DataType::kString) return Cast(value, text);
    std::string python;
    AppendPython(value, python);
    return Text(python, text);
  }

  bool Text(std::string_view python, std::string_view text) {
    if (how_.exact) return FailType(text);
    elements_->AppendText(python);
    return elements_->EndString() || FailMany();
  }

  bool StringPiece(std::string_view piece) {
    if (!std::exchange(in_string_, true)) {
      if (!Fits(DataType::kString, type_ == DataType::kString)) return false;
      if (*type_ != DataType::kString) return FailType(DoubleQuoted(piece));
    }
    elements_->AppendText(piece);
    return true;
  }

  // Stores a number as the type, which is none of strings.
  template <typename Number>
  bool Cast(Number value, std::string_view text) {
    if (*type_ == DataType::kFloat64) [[likely]]
      return elements_->Push(static_cast<double>(value)) || FailMany();
    return VisitDataType(*type_, [&]<typename T>() {
      if constexpr (std::is_same_v<T, std::string_view>) {
        return false;
      } else if constexpr (kIsFloating<T>) {
        const auto cast = static_cast<T>(value);
        const bool overflows =
            std::isinf(static_cast<double>(cast)) && !std::isinf(static_cast<double>(value));
        if (overflows) return FailRange(text);
        return elements_->Push(cast) || FailMany();
      } else {
        const std::optional<T> cast = ToInteger<T>(value);
        if (!cast) return FailInteger(value, text);
        return elements_->Push(*cast) || FailMany();
      }
    });
  }

  template <typename T, typename Number>
  std::optional<T> ToInteger(Number value) const {
    if (how_.exact) return Exactly<T>(value);
    if constexpr (std::is_same_v<T, bool>) {
      return value != 0;
    } else if constexpr (std::is_same_v<Number, double>) {
      // Beyond 2^53 the double is the integer that was meant, or the nearest one there is.
      const double whole = std::trunc(value);
      if (!(whole >= -0x1p63 && whole < 0x1p63)) {
        if (!(whole > 0 && whole < 0x1p64)) return std::nullopt;
        return Exactly<T>(static_cast<uint64_t>(whole));
      }
      return Exactly<T>(static_cast<int64_t>(whole));
    } else {
      return Exactly<T>(value);
    }
  }

  template <typename Number>
  bool FailInteger(Number value, std::string_view text) {
    if constexpr (std::is_same_v<Number, double>) {
      const bool whole = std::isfinite(value) && std::trunc(value) == value;
      if (!whole) return FailType(text);
    }
    return FailRange(text);
  }

  bool Refuse(std::string_view got) {
    if (!shape_.AddValue()) return FailShape();
    return FailType(got);
  }

  std::string Place() const {
    const std::string place = PlaceName(shape_.path());
    return place.empty() ? place : place + ": ";
  }

  bool Fail(std::string message) {
    std::string pointer;
    for (const int64_t index : shape_.path()) pointer += fmt::format("/{}", index);
    status_ = InvalidArgument(std::move(message)).WithField(std::move(pointer));
    return false;
  }
  bool FailShape() { return Fail(shape_.mistake()); }
  bool FailMany() { return Fail(fmt::format("more than {} values", how_.most)); }
  bool FailType(std::string_view got) {
    const std::string_view expected =
        how_.open || !type_ ? "a number, a boolean or a string" : DataTypeName(*type_);
    return Fail(fmt::format("{}expected {}, got {}", Place(), expected, Shortened(got)));
  }
  bool FailRange(std::string_view text) {
    return Fail(
        fmt::format("{}{} is out of range of {}", Place(), Shortened(text), DataTypeName(*type_)));
  }

  const Try how_;
  std::optional<DataType> type_;
  const std::string_view body_, copy_;
  std::optional<ElementBuffer> elements_;
  NestedShape shape_;
  bool in_string_ = false;
  std::optional<DataType> needs_;
  Status status_;
};

// One pass: a tensor, or an error, or nothing where `type` has been widened.
std::optional<Result<Tensor>> Pass(ArrayReader::Try& how, std::string_view body,
                                   std::string& copy) {
  boost::json::parse_options options;
  options.max_depth = Shape::kMaxRank + 1;  // One more than is ever right.
  const std::string_view text = copy.empty() ? body : copy;
  boost::json::basic_parser<ArrayReader> parser(options, how, body, text);
  ArrayReader& reader = parser.handler();
  error_code ec;
  const size_t parsed = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && parsed == text.size()) return std::move(reader).Finish();
  if (reader.needs()) {
    how.type = reader.needs();
    return std::nullopt;
  }
  if (!reader.status().ok()) return Error(reader.status());
  if (copy.empty()) {
    copy = WithoutWords(body);
    if (!copy.empty()) return std::nullopt;
  }
  if (!ec) ec = boost::json::error::extra_data;
  return Error(JsonSyntaxError(body, parsed, ec));
}

}  // namespace

Result<Tensor> DecodeJsonArray(std::string_view body, std::optional<DataType> type, Casting casting,
                               const Limits& limits) {
  ArrayReader::Try how{.type = type,
                       .open = !type.has_value(),
                       .exact = casting == Casting::kExact && type.has_value(),
                       .values = CountValues(body),
                       .most = limits.max_elements};
  std::string copy;
  for (;;) {
    std::optional<Result<Tensor>> result = Pass(how, body, copy);
    if (result) return *std::move(result);
  }
}

}  // namespace ekiben::codec
