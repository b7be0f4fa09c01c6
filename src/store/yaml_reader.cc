// SPDX-License-Identifier: Apache-2.0
#include "store/yaml_reader.h"

#include <charconv>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

constexpr size_t kShown = 40;  // Of a wrong value, in an error.

std::string Shown(const Yaml& yaml) {
  switch (yaml.kind) {
    case Yaml::Kind::kNull: return "nothing";
    case Yaml::Kind::kList: return "a list";
    case Yaml::Kind::kMap: return "a map";
    case Yaml::Kind::kScalar: break;
  }
  return fmt::format("'{}'", yaml.text.substr(0, kShown));
}

}  // namespace

Result<Yaml> ParseYamlMap(const std::string& text, size_t most) {
  if (text.size() > most) {
    return Error(
        InvalidArgument(fmt::format("has {} bytes, more than the {} allowed", text.size(), most)));
  }
  Result<Yaml> document = ParseYaml(text);
  if (document && document->kind != Yaml::Kind::kMap) {
    return Error(InvalidArgument(fmt::format("expected a map, got {}", Shown(*document))));
  }
  return document;
}

void YamlReader::Fail(std::string_view key, std::string_view expected, const Yaml& got) {
  Fail(key, fmt::format("expected {}, got {}", expected, Shown(got)), got.line);
}

void YamlReader::Fail(std::string_view key, std::string_view why, int line) {
  if (!status_.ok()) return;
  const std::string where = line > 0 ? fmt::format("line {}: ", line) : "";
  status_ = InvalidArgument(fmt::format("{}{}: {}", where, key, why));
}

const Yaml* YamlReader::Member(const Yaml& map, std::string_view key) const {
  const Yaml* const found = status_.ok() ? map.Find(key) : nullptr;
  return found == nullptr || found->kind == Yaml::Kind::kNull ? nullptr : found;
}

std::string YamlReader::Text(const Yaml& yaml, std::string_view path) {
  if (yaml.kind != Yaml::Kind::kScalar) Fail(path, "text", yaml);
  return status_.ok() ? yaml.text : "";
}

std::string YamlReader::Text(const Yaml& map, std::string_view key, std::string_view path) {
  const Yaml* const found = Member(map, key);
  return found == nullptr ? "" : Text(*found, path);
}

std::string YamlReader::RequiredText(const Yaml& map, std::string_view key, std::string_view path) {
  if (Member(map, key) == nullptr) Fail(path, "is missing", map.line);
  return Text(map, key, path);
}

std::map<std::string, std::string> YamlReader::TextMap(const Yaml& map, std::string_view key,
                                                       std::string_view path) {
  std::map<std::string, std::string> texts;
  const Yaml* const found = Map(map, key, path);
  if (found == nullptr) return texts;
  for (const auto& [name, value] : found->members) {
    texts[name] = Text(value, fmt::format("{}.{}", path, name));
  }
  return texts;
}

bool YamlReader::Bool(const Yaml& map, std::string_view key, std::string_view path) {
  const Yaml* const found = Member(map, key);
  if (found == nullptr) return false;
  const std::string json = found->kind == Yaml::Kind::kScalar ? ToJson(*found) : "";
  if (json != "true" && json != "false") Fail(path, "true or false", *found);
  return json == "true";
}

int64_t YamlReader::Integer(const Yaml& yaml, std::string_view path, int64_t least, int64_t most) {
  int64_t number = 0;
  const char* const end = yaml.text.data() + yaml.text.size();
  const auto [stop, error] = std::from_chars(yaml.text.data(), end, number);
  const bool right = yaml.kind == Yaml::Kind::kScalar && !yaml.quoted && error == std::errc() &&
                     stop == end && number >= least && number <= most;
  if (right) return number;
  Fail(path, fmt::format("a whole number from {} to {}", least, most), yaml);
  return 0;
}

Tag YamlReader::ReadTag(const Yaml& document, std::string_view noun) {
  Tag tag{.name = RequiredText(document, "name", "name"),
          .version = RequiredText(document, "version", "version")};
  if (!IsTagPart(tag.name)) {
    Fail("name", fmt::format("is no valid name of a {}", noun), document.line);
  }
  if (!IsTagPart(tag.version)) Fail("version", "is no valid version", document.line);
  return tag;
}

CreationTime YamlReader::RequiredTime(const Yaml& map, std::string_view key,
                                      std::string_view path) {
  const std::string text = RequiredText(map, key, path);
  if (const std::optional<CreationTime> time = ParseCreationTime(text)) return *time;
  if (const Yaml* given = Member(map, key)) {
    Fail(path, "a time such as 2026-11-22T14:03:08+00:00", *given);
  }
  return {};
}

const Yaml* YamlReader::Ours(const Yaml& document, int known) {
  const Yaml* const ours = Map(document, "ekiben", "ekiben");
  const Yaml* const format = ours == nullptr ? nullptr : Member(*ours, "format");
  if (format == nullptr) return ours;
  const int64_t number = Integer(*format, "ekiben.format", 1, INT32_MAX);
  if (number > known) {
    Fail("ekiben.format", fmt::format("is {}, and this ekiben reads up to {}", number, known),
         format->line);
  }
  return ours;
}

const Yaml* YamlReader::OfKind(const Yaml& map, std::string_view key, std::string_view path,
                               Yaml::Kind kind, std::string_view expected) {
  const Yaml* const found = Member(map, key);
  if (found == nullptr || found->kind == kind) return found;
  Fail(path, expected, *found);
  return nullptr;
}

}  // namespace ekiben::store
