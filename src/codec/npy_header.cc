// SPDX-License-Identifier: Apache-2.0
#include "codec/npy_header.h"

#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "codec/text.h"

namespace ekiben::codec {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kVersionSize = 2;
constexpr size_t kAlignment = 64;

// What a header may say each time a key comes.
struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
};

// Reads the dictionary of a header: of Python's syntax only what numpy writes. The first mistake is
// kept in status(); from then on nothing matches any more.
class HeaderReader {
 public:
  // `offset` is where the text begins in the file.
  HeaderReader(std::string_view text, size_t offset) : text_(text), offset_(offset) {}

  Result<Header> Read();

 private:
  bool Take(char c);
  bool TakeWord(std::string_view word);
  bool ReadMember(Header& header);
  std::optional<std::string> ReadString();
  std::optional<bool> ReadBool();
  std::optional<int64_t> ReadNumber();
  std::optional<Shape> ReadShape();
  void SkipBlanks();
  bool Fail(std::string_view what);

  std::string_view text_;
  size_t offset_;
  Status status_;
};

bool HeaderReader::Fail(std::string_view what) {
  if (status_.ok()) {
    status_ = InvalidArgument(fmt::format("invalid npy header at byte {}: {}", offset_, what));
  }
  return false;
}

void HeaderReader::SkipBlanks() {
  while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) {
    text_.remove_prefix(1);
    ++offset_;
  }
}

bool HeaderReader::TakeWord(std::string_view word) {
  SkipBlanks();
  if (!text_.starts_with(word)) return false;
  text_.remove_prefix(word.size());
  offset_ += word.size();
  return true;
}

bool HeaderReader::Take(char c) { return TakeWord({&c, 1}); }

Result<Header> HeaderReader::Read() {
  Header header;
  if (!Take('{')) Fail("expected '{'");
  while (status_.ok() && !Take('}')) {
    if (ReadMember(header) && !Take(',')) {
      if (!Take('}')) Fail("expected ',' or '}'");
      break;
    }
  }
  SkipBlanks();
  if (!text_.empty()) Fail("expected the end of the header");
  if (!header.descr || !header.fortran_order || !header.shape) {
    Fail("expected the keys 'descr', 'fortran_order', 'shape'");
  }
  if (!status_.ok()) return Error(std::move(status_));
  return header;
}

bool HeaderReader::ReadMember(Header& header) {
  const std::optional<std::string> key = ReadString();
  if (!key) return false;
  if (!Take(':')) return Fail("expected ':'");
  if (*key == "descr" && !header.descr) {
    if (Take('[')) return Fail("structured arrays are not supported");
    header.descr = ReadString();
    return header.descr.has_value();
  }
  if (*key == "fortran_order" && !header.fortran_order) {
    header.fortran_order = ReadBool();
    return header.fortran_order.has_value();
  }
  if (*key == "shape" && !header.shape) {
    header.shape = ReadShape();
    return header.shape.has_value();
  }
  return Fail(fmt::format("the key {} is unknown or comes twice", Quoted(*key)));
}

std::optional<std::string> HeaderReader::ReadString() {
  SkipBlanks();
  const char quote = text_.empty() ? '\0' : text_[0];
  const size_t end = text_.find(quote, 1);
  if ((quote != '\'' && quote != '"') || end == std::string_view::npos) {
    Fail("expected a string");
    return std::nullopt;
  }
  const std::string_view content = text_.substr(1, end - 1);
  for (const char c : content) {
    if (c < ' ' || c > '~' || c == '\\') {
      Fail("expected a string of plain characters");
      return std::nullopt;
    }
  }
  TakeWord(text_.substr(0, end + 1));
  return std::string(content);
}

std::optional<bool> HeaderReader::ReadBool() {
  if (TakeWord("True")) return true;
  if (TakeWord("False")) return false;
  Fail("expected True or False");
  return std::nullopt;
}

std::optional<int64_t> HeaderReader::ReadNumber() {
  SkipBlanks();
  int64_t number = 0;
  size_t digits = 0;
  for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
    const bool overflows = __builtin_mul_overflow(number, 10, &number) ||
                           __builtin_add_overflow(number, text_[digits] - '0', &number);
    if (overflows) {
      Fail("the axis is too long");
      return std::nullopt;
    }
  }
  if (digits == 0) {
    Fail("expected the length of an axis");
    return std::nullopt;
  }
  TakeWord(text_.substr(0, digits));
  return number;
}

std::optional<Shape> HeaderReader::ReadShape() {
  if (!Take('(')) {
    Fail("expected '('");
    return std::nullopt;
  }
  Shape shape;
  while (!Take(')')) {
    const std::optional<int64_t> axis = ReadNumber();
    if (!axis) return std::nullopt;
    if (shape.rank() == Shape::kMaxRank) {
      Fail(fmt::format("more than {} axes", Shape::kMaxRank));
      return std::nullopt;
    }
    shape.Append(*axis);
    if (Take(',')) continue;
    // As in Python, (3) is a number and no tuple.
    if (shape.rank() > 1 && Take(')')) break;
    Fail("expected ','");
    return std::nullopt;
  }
  return shape;
}

// Fills in what an array-interface string such as "<f4" says.
Status ReadDescr(std::string_view descr, NpyArray& array) {
  const Status unknown =
      InvalidArgument(fmt::format("npy arrays of dtype {} are not supported", Quoted(descr)));
  if (descr.size() < 2 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos) {
    return unknown;
  }
  if (descr[1] == 'O') {
    return InvalidArgument("object arrays are pickled Python, which is never read")
        .WithHint("convert it first, for example array.astype(str) or array.astype('float32')");
  }
  uint32_t count = 0;
  for (const char c : descr.substr(2)) {
    const bool overflows = __builtin_mul_overflow(count, 10u, &count) ||
                           __builtin_add_overflow(count, static_cast<uint32_t>(c - '0'), &count);
    if (c < '0' || c > '9' || overflows) return unknown;
  }
  array.big_endian = descr[0] == '>';
  const char kind = descr[1];
  if (kind == 'U' || kind == 'S') {
    array.type = DataType::kString;
    array.ucs4 = kind == 'U';
    array.item_size = size_t{count} * (array.ucs4 ? sizeof(char32_t) : 1);
    return array.item_size > 0 ? Status() : unknown;
  }
  const char* const word = kind == 'f' ? "float" : kind == 'i' ? "int" : kind == 'u' ? "uint" : "";
  const std::string name =
      kind == 'b' && count == 1 ? "bool" : fmt::format("{}{}", word, 8 * count);
  const std::optional<DataType> type = DataTypeFromName(name);
  if (!type) return unknown;
  array.type = *type;
  array.item_size = ElementSize(*type);
  return {};
}

struct Prelude {
  std::string_view header;
  size_t header_begin = 0;
};

// The magic bytes, the version and the length of the header.
Result<Prelude> ReadPrelude(std::string_view body) {
  if (!body.starts_with(kMagic) || body.size() < kMagic.size() + kVersionSize) {
    return Error(InvalidArgument("not an npy file: it does not begin with \\x93NUMPY")
                     .WithHint("write it with numpy.save()"));
  }
  const auto byte = [body](size_t at) { return size_t{static_cast<unsigned char>(body[at])}; };
  const size_t major = byte(kMagic.size()), minor = byte(kMagic.size() + 1);
  if (major < 1 || major > 3 || minor != 0) {
    return Error(InvalidArgument(fmt::format("npy version {}.{} is unknown", major, minor)));
  }
  const size_t length_begin = kMagic.size() + kVersionSize;
  const size_t begin = length_begin + (major == 1 ? sizeof(uint16_t) : sizeof(uint32_t));
  size_t length = 0;
  for (size_t at = begin; at > length_begin && begin <= body.size(); --at) {
    length = length << 8 | byte(at - 1);
  }
  if (body.size() < begin || body.size() - begin < length) {
    return Error(
        InvalidArgument(fmt::format("the npy header ends too early, at byte {}", body.size())));
  }
  return Prelude{body.substr(begin, length), begin};
}

Status CheckSize(const NpyArray& array) {
  const std::optional<int64_t> elements = array.shape.Elements();
  size_t size = 0;
  const bool overflows =
      !elements || __builtin_mul_overflow(static_cast<size_t>(*elements), array.item_size, &size);
  if (overflows || size > array.data.size()) {
    return InvalidArgument(
        fmt::format("the npy data end too early: shape {} with {} bytes each, "
                    "got {} bytes",
                    array.shape.ToString(), array.item_size, array.data.size()));
  }
  if (size < array.data.size()) {
    return InvalidArgument(fmt::format("{} bytes follow the npy data", array.data.size() - size));
  }
  return {};
}

}  // namespace

Result<NpyArray> ParseNpy(std::string_view body) {
  const Result<Prelude> prelude = ReadPrelude(body);
  if (!prelude) return Error(prelude.error());
  const Result<Header> header = HeaderReader(prelude->header, prelude->header_begin).Read();
  if (!header) return Error(header.error());

  NpyArray array;
  array.fortran_order = *header->fortran_order;
  array.shape = *header->shape;
  array.data = body.substr(prelude->header_begin + prelude->header.size());
  Status status = ReadDescr(*header->descr, array);
  if (status.ok()) status = CheckSize(array);
  if (!status.ok()) return Error(std::move(status));
  return array;
}

std::string NpyHeader(std::string_view descr, const Shape& shape) {
  std::string axes;
  for (const int64_t axis : shape.axes()) axes += fmt::format("{}, ", axis);
  if (shape.rank() > 1) axes.resize(axes.size() - 2);
  if (shape.rank() == 1) axes.pop_back();
  std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, axes);
  const size_t begin = kMagic.size() + kVersionSize + sizeof(uint16_t);
  const size_t unpadded = begin + dictionary.size() + 1;
  dictionary.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  dictionary += '\n';
  std::string header(kMagic);
  header += {1, 0};
  header += static_cast<char>(dictionary.size() & 0xFF);
  header += static_cast<char>(dictionary.size() >> 8);
  return header + dictionary;
}

}  // namespace ekiben::codec
