// SPDX-License-Identifier: Apache-2.0
#include "store/yaml_text.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

namespace ekiben::store {
namespace {

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool IsTrue(std::string_view text) {
  return IsOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"});
}
bool IsFalse(std::string_view text) {
  return IsOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"});
}
bool IsNull(std::string_view text) { return IsOneOf(text, {"", "~", "null", "Null", "NULL"}); }

// Whether `text` is a number as JSON writes it.
bool IsJsonNumber(std::string_view text) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  const auto is = [&](std::string_view any_of) {
    return at < text.size() && any_of.contains(text[at]);
  };
  if (is("-")) ++at;
  const size_t first = at;
  const size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) return false;
  if (is(".")) {
    ++at;
    if (digits() == 0) return false;
  }
  if (is("eE")) {
    ++at;
    if (is("+-")) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

constexpr uint32_t kReplacement = 0xfffd;
constexpr std::string_view kReplacementBytes = "\xef\xbf\xbd";

// Takes one character off the front of `text`; kReplacement for a byte that begins none.
uint32_t TakeCharacter(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf8 ? 4
                                      : 0;
  uint32_t character = length < 2 ? lead : lead & (0xff >> (length + 1));
  bool right = length > 0 && length <= text.size();
  for (size_t i = 1; right && i < length; ++i) {
    right = (byte(i) & 0xc0) == 0x80;
    character = (character << 6) | (byte(i) & 0x3f);
  }
  const bool overlong = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  if (!right || overlong || surrogate || character > 0x10ffff) {
    text.remove_prefix(1);
    return kReplacement;
  }
  text.remove_prefix(length);
  return character;
}

// What a terminal may take for a command, a YAML reader refuses or an editor does not show.
bool IsUnprintable(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
         c == 0xfffe || c == 0xffff;
}

// Readers take a longer key for one only where a question mark says so.
constexpr size_t kMaxSimpleKey = 128;

enum class Style { kJson, kIndentedJson, kFlowYaml };

// Writes one document.
class Writer {
 public:
  explicit Writer(Style style) : style_(style) {}

  std::string Take() && { return std::move(out_); }

  void Write(const Yaml& yaml) {
    switch (yaml.kind) {
      case Yaml::Kind::kNull: out_ += "null"; return;
      case Yaml::Kind::kScalar: return WriteScalar(yaml);
      case Yaml::Kind::kList: return WriteList(yaml);
      case Yaml::Kind::kMap: return WriteMap(yaml);
    }
  }

 private:
  void WriteScalar(const Yaml& yaml) {
    if (yaml.quoted) {
      out_ += JsonText(yaml.text);
    } else if (style_ == Style::kFlowYaml) {
      out_ += StaysPlainInFlow(yaml.text) ? yaml.text : JsonText(yaml.text);
    } else if (IsNull(yaml.text)) {
      out_ += "null";
    } else if (IsTrue(yaml.text)) {
      out_ += "true";
    } else if (IsFalse(yaml.text)) {
      out_ += "false";
    } else {
      out_ += IsJsonNumber(yaml.text) ? yaml.text : JsonText(yaml.text);
    }
  }

  void WriteList(const Yaml& yaml) {
    out_ += '[';
    ++depth_;
    for (const Yaml& item : yaml.items) {
      Next(&item == &yaml.items.front());
      Write(item);
    }
    --depth_;
    if (!yaml.items.empty()) NewLine();
    out_ += ']';
  }

  void WriteMap(const Yaml& yaml) {
    out_ += '{';
    ++depth_;
    for (const auto& member : yaml.members) {
      Next(&member == &yaml.members.front());
      WriteKey(JsonText(member.first));
      Write(member.second);
    }
    --depth_;
    if (!yaml.members.empty()) NewLine();
    out_ += '}';
  }

  void WriteKey(const std::string& key) {
    const bool is_long = style_ == Style::kFlowYaml && key.size() > kMaxSimpleKey;
    out_ += (is_long ? "? " : "") + key + (is_long ? " : " : ": ");
  }

  void Next(bool first) {
    if (!first) out_ += style_ == Style::kIndentedJson ? "," : ", ";
    NewLine();
  }
  void NewLine() {
    if (style_ == Style::kIndentedJson) out_ += '\n' + std::string(2 * depth_, ' ');
  }

  // Numbers, times and words: what has no character that means something between brackets.
  static bool StaysPlainInFlow(std::string_view text) {
    const auto is_safe = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '.' || c == '+' || c == '-';
    };
    return std::ranges::all_of(text, is_safe) && text != "-" && !text.starts_with("--");
  }

  const Style style_;
  size_t depth_ = 0;
  std::string out_;
};

bool IsPlain(std::string_view text) {
  if (text.empty() || text.size() > 200) return false;
  const auto is_safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
  };
  const auto is_inner = [&](char c) {
    return is_safe(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return is_safe(text.front()) && std::ranges::all_of(text, is_inner) && !IsNull(text) &&
         !IsTrue(text) && !IsFalse(text) && !IsOneOf(text, {"y", "Y", "n", "N"});
}

}  // namespace

std::string ToJson(const Yaml& yaml, bool indent) {
  Writer writer(indent ? Style::kIndentedJson : Style::kJson);
  writer.Write(yaml);
  return std::move(writer).Take();
}

std::string ToFlow(const Yaml& yaml) {
  Writer writer(Style::kFlowYaml);
  writer.Write(yaml);
  return std::move(writer).Take();
}

// A JSON string is a YAML scalar too.
std::string YamlText(std::string_view text) {
  return IsPlain(text) ? std::string(text) : JsonText(text);
}

size_t FindNotUtf8(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const size_t at = text.size() - rest.size();
    if (TakeCharacter(rest) == kReplacement && text.substr(at, 3) != kReplacementBytes) return at;
  }
  return text.size();
}

std::string JsonText(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view before = text;
    const uint32_t c = TakeCharacter(text);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case kReplacement: out += kReplacementBytes; break;
      default:
        if (IsUnprintable(c)) {
          out += fmt::format("\\u{:04x}", c);
        } else {
          out += before.substr(0, before.size() - text.size());
        }
    }
  }
  return out + '"';
}

}  // namespace ekiben::store
