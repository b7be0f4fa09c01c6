// SPDX-License-Identifier: Apache-2.0
#include "bento/fields.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"

namespace ekiben::bento {
namespace {

using store::Yaml;

std::string_view KindOf(const Yaml& yaml) {
  switch (yaml.kind) {
    case Yaml::Kind::kNull: return "nothing";
    case Yaml::Kind::kScalar: return "a text";
    case Yaml::Kind::kList: return "a list";
    case Yaml::Kind::kMap: return "a map";
  }
  return "";
}

std::optional<bool> TruthOf(std::string_view text) {
  for (const std::string_view yes : {"true", "True", "TRUE", "yes", "Yes", "on", "On"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"false", "False", "FALSE", "no", "No", "off", "Off"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

}  // namespace

Fields::Fields(const Document& document, const Yaml& map, std::string place, Status& status)
    : document_(document), map_(map), place_(std::move(place)), status_(status) {
  if (map_.kind != Yaml::Kind::kMap) {
    FailAt(map_, fmt::format("{}: expected keys and values, got {}",
                             place_.empty() ? document_.name : place_, KindOf(map_)));
  }
}

std::string Fields::PlaceOf(std::string_view key) const {
  return place_.empty() ? std::string(key) : fmt::format("{}.{}", place_, key);
}

const Yaml* Fields::Any(std::string_view key) {
  known_.emplace_back(key);
  const Yaml* const found = status_.ok() ? map_.Find(key) : nullptr;
  return found == nullptr || found->kind == Yaml::Kind::kNull ? nullptr : found;
}

std::optional<std::string> Fields::Text(std::string_view key) {
  const Yaml* const found = Any(key);
  if (found == nullptr) return std::nullopt;
  if (found->kind == Yaml::Kind::kScalar) return found->text;
  FailAt(*found, fmt::format("{}: expected a text, got {}", PlaceOf(key), KindOf(*found)));
  return std::nullopt;
}

std::optional<bool> Fields::Bool(std::string_view key) {
  const Yaml* const found = Any(key);
  if (found == nullptr) return std::nullopt;
  const bool is_plain = found->kind == Yaml::Kind::kScalar && !found->quoted;
  const std::optional<bool> truth = is_plain ? TruthOf(found->text) : std::nullopt;
  if (!truth) {
    const std::string got = found->kind == Yaml::Kind::kScalar ? fmt::format("'{}'", found->text)
                                                               : std::string(KindOf(*found));
    FailAt(*found, fmt::format("{}: expected true or false, got {}", PlaceOf(key), got));
  }
  return truth;
}

std::vector<std::string> Fields::Texts(std::string_view key) {
  const Yaml* const found = Any(key);
  if (found == nullptr) return {};
  if (found->kind == Yaml::Kind::kScalar) return {found->text};
  std::vector<std::string> texts;
  if (found->kind != Yaml::Kind::kList) {
    FailAt(*found, fmt::format("{}: expected a list, got {}", PlaceOf(key), KindOf(*found)));
  }
  for (const Yaml& item : found->items) {
    if (item.kind != Yaml::Kind::kScalar) {
      FailAt(item,
             fmt::format("{}: expected a list of texts, got {} in it", PlaceOf(key), KindOf(item)));
    }
    texts.push_back(item.text);
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> Fields::TextMap(std::string_view key) {
  const Yaml* const found = Any(key);
  if (found == nullptr) return {};
  if (found->kind != Yaml::Kind::kMap) {
    FailAt(*found,
           fmt::format("{}: expected keys and values, got {}", PlaceOf(key), KindOf(*found)));
  }
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, value] : found->members) {
    if (value.kind == Yaml::Kind::kList || value.kind == Yaml::Kind::kMap) {
      FailAt(value,
             fmt::format("{}.{}: expected a text, got {}", PlaceOf(key), name, KindOf(value)));
    }
    texts.emplace_back(name, value.text);
  }
  return texts;
}

void Fields::Map(std::string_view key, const std::function<void(Fields&)>& read) {
  const Yaml* const found = Any(key);
  if (found == nullptr) return;
  Fields fields(document_, *found, PlaceOf(key), status_);
  read(fields);
  fields.Finish();
}

void Fields::Each(std::string_view key, const std::function<void(const Yaml&)>& read) {
  const Yaml* const found = Any(key);
  if (found == nullptr) return;
  if (found->kind != Yaml::Kind::kList) {
    FailAt(*found, fmt::format("{}: expected a list, got {}", PlaceOf(key), KindOf(*found)));
  }
  for (const Yaml& item : found->items) read(item);
}

void Fields::Fail(std::string_view key, std::string_view what, std::string hint) {
  const Yaml* const found = map_.Find(key);
  FailAt(found == nullptr ? map_ : *found, fmt::format("{}: {}", PlaceOf(key), what),
         std::move(hint));
}

void Fields::FailUnshown(std::string_view key, std::string_view what, std::string hint) {
  if (!status_.ok()) return;
  const Yaml* const found = map_.Find(key);
  const Yaml& value = found == nullptr ? map_ : *found;
  status_ = MistakeIn(document_.name, /*text=*/"", std::max(value.line, 1),
                      std::max(value.column, 1), fmt::format("{}: {}", PlaceOf(key), what), 1)
                .WithHint(std::move(hint));
}

void Fields::FailAt(const Yaml& value, std::string_view what, std::string hint) {
  if (!status_.ok()) return;
  const size_t length = value.kind == Yaml::Kind::kScalar && !value.quoted ? value.text.size() : 1;
  status_ = MistakeIn(document_.name, document_.text, std::max(value.line, 1),
                      std::max(value.column, 1), what, length)
                .WithHint(std::move(hint));
}

void Fields::Finish() {
  for (const auto& [key, value] : map_.members) {
    if (!status_.ok() || std::ranges::find(known_, key) != known_.end()) continue;
    std::string hint = DidYouMean(key, known_);
    if (hint.empty()) {
      hint = fmt::format("the keys {}are {}", place_.empty() ? "" : fmt::format("of '{}' ", place_),
                         fmt::join(known_, ", "));
    }
    status_ = MistakeIn(document_.name, document_.text, std::max(value.key_line, 1),
                        std::max(value.key_column, 1),
                        fmt::format("unknown key '{}'", PlaceOf(key)), key.size())
                  .WithHint(std::move(hint));
  }
}

}  // namespace ekiben::bento
