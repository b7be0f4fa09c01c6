// SPDX-License-Identifier: Apache-2.0
#include "store/yaml_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.h"

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

// The code point of what a terminal may take for a command, a YAML reader refuses or an editor does
// not show, where `character` is one of these; else 0. Others below U+0020 are escaped before.
uint32_t Unprintable(std::string_view character) {
  constexpr std::array<std::pair<std::string_view, uint32_t>, 6> kOthers = {
      {{"\x7f", 0x7f},
       {"\xe2\x80\xa8", 0x2028},
       {"\xe2\x80\xa9", 0x2029},
       {"\xef\xbb\xbf", 0xfeff},
       {"\xef\xbf\xbe", 0xfffe},
       {"\xef\xbf\xbf", 0xffff}}};
  const bool is_c1 = character.size() == 2 && character[0] == '\xc2' && character[1] < '\xa0';
  if (is_c1) return static_cast<uint8_t>(character[1]);
  for (const auto& [bytes, code_point] : kOthers) {
    if (bytes == character) return code_point;
  }
  return 0;
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
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = Utf8Length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::string JsonText(std::string_view text) {
  const std::string json = JsonString(text);
  std::string out;
  for (std::string_view rest = json; !rest.empty();) {
    const std::string_view character = rest.substr(0, Utf8Length(rest));
    if (const uint32_t unprintable = Unprintable(character); unprintable != 0) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", unprintable);
    } else {
      out += character;
    }
    rest.remove_prefix(character.size());
  }
  return out;
}

}  // namespace ekiben::store
