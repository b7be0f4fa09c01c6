// SPDX-License-Identifier: Apache-2.0
#include "codec/multipart.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/trimmed.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

constexpr size_t kLongestBoundary = 70;   // RFC 2046.
constexpr size_t kLongestHeaders = 8192;  // Of one part.

bool IsSpace(char c) { return c == ' ' || c == '\t'; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool Same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

// Takes a quoted string from the front of `text`; false where its end is missing. A backslash
// escapes a quote or a backslash, and is itself before anything else, as in C:\temp.
bool TakeQuoted(std::string_view& text, std::string& value) {
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    const bool escape = text.size() > 1 && text[0] == '\\' && (text[1] == '"' || text[1] == '\\');
    if (escape) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  text.remove_prefix(1);
  return true;
}

// Calls visit(name, value) for each `; name=value` of a header; false where it is not of that form.
template <typename Visit>
bool VisitParameters(std::string_view header, Visit visit) {
  header.remove_prefix(std::min(header.find(';'), header.size()));
  while (!Trimmed(header).empty()) {
    header = Trimmed(header);
    if (header.front() != ';') return false;
    header = Trimmed(header.substr(1));
    if (header.empty()) return true;
    const size_t equals = header.find_first_of("=;");
    if (equals == header.npos || header[equals] == ';') return false;
    const std::string_view name = Trimmed(header.substr(0, equals));
    header = Trimmed(header.substr(equals + 1));
    std::string value;
    if (header.starts_with('"')) {
      if (!TakeQuoted(header, value)) return false;
    } else {
      const size_t end = std::min(header.find(';'), header.size());
      value = Trimmed(header.substr(0, end));
      header.remove_prefix(end);
    }
    visit(name, std::move(value));
  }
  return true;
}

std::optional<uint8_t> Hex(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  const char lower = Lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<uint8_t>(lower - 'a' + 10);
  return std::nullopt;
}

// Replaces %xx where `decodes` takes the byte that it stands for.
template <typename Decodes>
std::string Unescaped(std::string_view text, Decodes decodes) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = Hex(text[i + 1]), low = Hex(text[i + 2]);
      const char byte = high && low ? static_cast<char>(*high << 4 | *low) : '\0';
      if (high && low && decodes(byte)) {
        out += byte;
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// Browsers write a quote and line ends as %22, %0D and %0A, and nothing else so.
std::string UnescapedByBrowser(std::string_view text) {
  return Unescaped(text, [](char byte) { return byte == '"' || byte == '\r' || byte == '\n'; });
}

// RFC 5987: charset'language'text with %xx.
std::string Extended(std::string_view text) {
  const size_t first = text.find('\'');
  const size_t second = first == text.npos ? text.npos : text.find('\'', first + 1);
  if (second == text.npos) return std::string(text);
  return Unescaped(text.substr(second + 1), [](char) { return true; });
}

// Without the folders that some browsers send, and as UTF-8.
std::string CleanFilename(std::string_view name) {
  const size_t slash = name.find_last_of("/\\");
  if (slash != name.npos) name.remove_prefix(slash + 1);
  std::string clean(name);
  std::erase_if(clean, [](char c) { return static_cast<uint8_t>(c) < ' ' || c == '\x7F'; });
  return IsUtf8(clean) ? clean : "file";
}

Status Mistake(size_t byte, std::string_view what) {
  return InvalidArgument(fmt::format("invalid multipart body at byte {}: {}", byte, what));
}

// One body being taken apart.
class Parser {
 public:
  Parser(std::string_view body, std::string_view boundary, const Limits& limits)
      : body_(body), delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {}

  Result<std::vector<FormPart>> Parse() {
    // The first boundary stands at the very begin, or after a preamble that nobody reads.
    const std::string_view first = std::string_view(delimiter_).substr(2);
    at_ = body_.starts_with(first) ? 0 : body_.find(delimiter_);
    if (at_ == body_.npos) return Error(Mistake(0, "the boundary does not come"));
    at_ += at_ == 0 && body_.starts_with(first) ? first.size() : delimiter_.size();
    std::vector<FormPart> parts;
    while (!body_.substr(at_).starts_with("--")) {
      if (parts.size() == limits_.max_parts) {
        return Error(Mistake(at_, fmt::format("more than {} parts", limits_.max_parts)));
      }
      Result<FormPart> part = Part();
      if (!part) return Error(std::move(part).error());
      parts.push_back(*std::move(part));
    }
    return parts;
  }

 private:
  Result<FormPart> Part() {
    while (at_ < body_.size() && IsSpace(body_[at_])) ++at_;
    if (!body_.substr(at_).starts_with("\r\n")) {
      return Error(Mistake(at_, "expected a line end after the boundary"));
    }
    at_ += 2;
    FormPart part;
    bool named = false;
    const size_t begin = at_;
    for (std::string_view line = Line(); !line.empty(); line = Line()) {
      if (at_ == body_.npos || at_ - begin > kLongestHeaders) break;
      Status read = Header(line, begin, part, named);
      if (!read.ok()) return Error(std::move(read));
    }
    if (at_ == body_.npos) return Error(Mistake(begin, "the headers of a part do not end"));
    if (at_ - begin > kLongestHeaders) {
      return Error(Mistake(begin, "the headers of a part are too long"));
    }
    if (!named) return Error(Mistake(begin, "a part has no name"));
    // An empty body may share its line end with the headers.
    const size_t end = body_.find(delimiter_, at_ - 2);
    if (end == body_.npos) return Error(Mistake(at_, "the closing boundary does not come"));
    part.body = end < at_ ? std::string_view() : body_.substr(at_, end - at_);
    at_ = end + delimiter_.size();
    return part;
  }

  // The next line without its end, or with at_ at npos where there is none.
  std::string_view Line() {
    const size_t end = body_.find("\r\n", at_);
    if (end == body_.npos) {
      at_ = end;
      return {};
    }
    const std::string_view line = body_.substr(at_, end - at_);
    at_ = end + 2;
    return line;
  }

  Status Header(std::string_view line, size_t begin, FormPart& part, bool& named) {
    const size_t colon = line.find(':');
    if (colon == line.npos) return Mistake(begin, "a header of a part has no colon");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = Trimmed(line.substr(colon + 1));
    if (Same(name, "content-type")) part.content_type = value;
    if (Same(name, "content-transfer-encoding") && !Same(value, "binary") && !Same(value, "8bit") &&
        !Same(value, "7bit")) {
      return Mistake(begin, fmt::format("the transfer encoding {} is not read; send the part as "
                                        "it is",
                                        Quoted(value)));
    }
    if (!Same(name, "content-disposition")) return {};
    if (!Same(Trimmed(value.substr(0, value.find(';'))), "form-data")) {
      return Mistake(begin, "expected content-disposition: form-data");
    }
    std::optional<std::string> extended;
    const bool read = VisitParameters(value, [&](std::string_view key, const std::string& text) {
      if (Same(key, "name")) {
        part.name = UnescapedByBrowser(text);
        named = true;
      } else if (Same(key, "filename")) {
        part.filename = CleanFilename(UnescapedByBrowser(text));
      } else if (Same(key, "filename*")) {
        extended = CleanFilename(Extended(text));
      }
    });
    if (extended) part.filename = std::move(extended);
    return read ? Status() : Mistake(begin, "a content-disposition that cannot be read");
  }

  const std::string_view body_;
  const std::string delimiter_;
  const Limits& limits_;
  size_t at_ = 0;
};

}  // namespace

Result<std::string> MultipartBoundary(std::string_view content_type) {
  std::optional<std::string> boundary;
  VisitParameters(content_type, [&](std::string_view key, std::string value) {
    if (Same(key, "boundary") && !boundary) boundary = std::move(value);
  });
  const auto allowed = [](char c) { return c >= ' ' && c <= '~'; };
  if (boundary && !boundary->empty() && boundary->size() <= kLongestBoundary &&
      boundary->back() != ' ' && std::ranges::all_of(*boundary, allowed)) {
    return *std::move(boundary);
  }
  return Error(InvalidArgument("the content type multipart/form-data names no boundary")
                   .WithHint("let the HTTP library make the form and its content type"));
}

Result<std::vector<FormPart>> ParseMultipart(std::string_view body, std::string_view boundary,
                                             const Limits& limits) {
  return Parser(body, boundary, limits).Parse();
}

std::string QuotedParameter(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || static_cast<uint8_t>(c) < ' ' || c == '\x7F') {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<uint8_t>(c));
    } else {
      out += c;
    }
  }
  return out += '"';
}

bool IsMediaType(std::string_view text) {
  return text.find('/') != text.npos && !text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string_view MediaTypeOf(std::string_view content_type) {
  return Trimmed(content_type.substr(0, content_type.find(';')));
}

void AppendMultipart(const FormPart& part, std::string_view boundary, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "--{}\r\ncontent-disposition: form-data; name={}", boundary,
                 QuotedParameter(part.name));
  if (part.filename) fmt::format_to(to, "; filename={}", QuotedParameter(*part.filename));
  if (!part.content_type.empty()) {
    const bool fits = IsMediaType(part.content_type);
    fmt::format_to(to, "\r\ncontent-type: {}",
                   fits ? std::string_view(part.content_type) : "application/octet-stream");
  }
  fmt::format_to(to, "\r\ncontent-length: {}\r\n\r\n", part.body.size());
  out += part.body;
  out += "\r\n";
}

void FinishMultipart(std::string_view boundary, std::string& out) {
  out += fmt::format("--{}--\r\n", boundary);
}

}  // namespace ekiben::codec
