// SPDX-License-Identifier: Apache-2.0
#include "store/yaml_block.h"

#include <cstddef>

#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

bool IsBlock(const Yaml& yaml) {
  return (yaml.kind == Yaml::Kind::kList && !yaml.items.empty()) ||
         (yaml.kind == Yaml::Kind::kMap && !yaml.members.empty());
}

std::string Inline(const Yaml& yaml) {
  switch (yaml.kind) {
    case Yaml::Kind::kNull: return "null";
    case Yaml::Kind::kScalar: return yaml.quoted ? YamlText(yaml.text) : yaml.text;
    case Yaml::Kind::kList: return "[]";
    case Yaml::Kind::kMap: return "{}";
  }
  return "";
}

void WriteBlock(const Yaml& yaml, size_t depth, std::string& out);

// The entries of a map; the first stands where the line has begun already.
void WriteMembers(const Yaml& map, size_t depth, std::string& out) {
  const std::string indent(2 * depth, ' ');
  bool first = true;
  for (const auto& [key, member] : map.members) {
    if (!first) out += indent;
    first = false;
    out += YamlText(key) + ":";
    if (!IsBlock(member)) {
      out += " " + Inline(member) + "\n";
      continue;
    }
    out += "\n";
    // A list's dashes stand below the key, as most people write them.
    WriteBlock(member, member.kind == Yaml::Kind::kList ? depth : depth + 1, out);
  }
}

void WriteBlock(const Yaml& yaml, size_t depth, std::string& out) {
  const std::string indent(2 * depth, ' ');
  if (yaml.kind == Yaml::Kind::kMap) {
    out += indent;
    return WriteMembers(yaml, depth, out);
  }
  for (const Yaml& item : yaml.items) {
    out += indent + "- ";
    if (!IsBlock(item)) {
      out += Inline(item) + "\n";
    } else if (item.kind == Yaml::Kind::kMap) {
      WriteMembers(item, depth + 1, out);
    } else {
      out += ToFlow(item) + "\n";
    }
  }
}

}  // namespace

std::string ToBlock(const Yaml& yaml) {
  if (!IsBlock(yaml)) return Inline(yaml) + "\n";
  std::string out;
  WriteBlock(yaml, 0, out);
  return out;
}

Yaml TextNode(std::string_view text) {
  return {.kind = Yaml::Kind::kScalar, .quoted = true, .text = std::string(text)};
}

Yaml PlainNode(std::string_view text) {
  return {.kind = Yaml::Kind::kScalar, .text = std::string(text)};
}

Yaml TextsNode(const std::vector<std::string>& texts) {
  Yaml list{.kind = Yaml::Kind::kList};
  for (const std::string& text : texts) list.items.push_back(TextNode(text));
  return list;
}

Yaml TextMapNode(const std::map<std::string, std::string>& texts) {
  Yaml map{.kind = Yaml::Kind::kMap};
  for (const auto& [key, text] : texts) map.members.emplace_back(key, TextNode(text));
  return map;
}

}  // namespace ekiben::store
