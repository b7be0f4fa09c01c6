// SPDX-License-Identifier: Apache-2.0
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/file.h"
#include "bento/document.h"

// The only place where toml++ is used.
namespace ekiben::bento {
namespace {

using store::Yaml;

constexpr size_t kMaxPyproject = size_t{1} << 20;

// A number as it is written, since 3.10 is another version than 3.1.
std::string NumberAt(std::string_view text, const toml::source_position& at) {
  for (auto line = at.line; line > 1; --line) text.remove_prefix(text.find('\n') + 1);
  size_t begin = 0;
  for (auto column = at.column; column > 1; --column) {  // Characters, of one byte or several.
    ++begin;
    while (begin < text.size() && (text[begin] & 0xC0) == 0x80) ++begin;
  }
  const size_t end = text.find_first_not_of("+-._0123456789abcdefinABCDEFox", begin);
  return std::string(text.substr(begin, end - begin));
}

std::string TextOf(const toml::node& node, std::string_view document) {
  if (const auto* const text = node.as_string()) return text->get();
  if (const auto* const truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (const auto* const whole = node.as_integer()) return fmt::format("{}", whole->get());
  if (node.is_floating_point()) {
    return NumberAt(document, node.source().begin);
  }
  std::ostringstream out;  // A date or a time.
  if (const auto* const date = node.as_date()) out << date->get();
  if (const auto* const time = node.as_time()) out << time->get();
  if (const auto* const both = node.as_date_time()) out << both->get();
  return out.str();
}

Yaml ToYaml(const toml::node& node, std::string_view document) {
  const toml::source_position begin = node.source().begin;
  Yaml yaml{.line = static_cast<int>(begin.line), .column = static_cast<int>(begin.column)};
  if (const auto* const table = node.as_table()) {
    yaml.kind = Yaml::Kind::kMap;
    for (const auto& [key, value] : *table) {
      Yaml member = ToYaml(value, document);
      member.key_line = static_cast<int>(key.source().begin.line);
      member.key_column = static_cast<int>(key.source().begin.column);
      yaml.members.emplace_back(std::string(key.str()), std::move(member));
    }
    // As they stand in the file.
    std::ranges::stable_sort(yaml.members, {}, [](const auto& member) {
      return std::pair(member.second.key_line, member.second.key_column);
    });
  } else if (const auto* const array = node.as_array()) {
    yaml.kind = Yaml::Kind::kList;
    for (const toml::node& item : *array) yaml.items.push_back(ToYaml(item, document));
  } else {
    yaml.kind = Yaml::Kind::kScalar;
    yaml.quoted = node.is_string();
    yaml.text = TextOf(node, document);
  }
  return yaml;
}

}  // namespace

Result<std::optional<Document>> ReadPyproject(const std::filesystem::path& file) {
  auto text = ReadFile(file, kMaxPyproject);
  if (!text) return Error(std::move(text).error());
  Document document{.name = file.filename().string(), .text = *std::move(text)};
  const toml::parse_result parsed = toml::parse(std::string_view(document.text));
  if (!parsed) {
    const toml::source_position at = parsed.error().source().begin;
    return Error(MistakeIn(document.name, document.text, static_cast<int>(at.line),
                           static_cast<int>(at.column), parsed.error().description()));
  }
  for (const char* const tool : {"ekiben", "bentoml"}) {
    const toml::node* const build = parsed.table()["tool"][tool]["build"].node();
    if (build == nullptr) continue;
    document.root = ToYaml(*build, document.text);
    return document;
  }
  return std::nullopt;
}

}  // namespace ekiben::bento
