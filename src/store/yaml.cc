// SPDX-License-Identifier: Apache-2.0
#include "store/yaml.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iterator>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

int LineOf(const YAML::Mark& mark) { return mark.line + 1; }
int ColumnOf(const YAML::Mark& mark) { return mark.column + 1; }

// Builds a Yaml from the events of yaml-cpp's parser. After the first error it ignores the rest:
// yaml-cpp can only be stopped by an exception, and the size of the text bounds what is left.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const YamlLimits& limits) : limits_(limits) {}

  std::expected<Yaml, YamlError> Take() && {
    if (failed_) return std::unexpected(std::move(error_));
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add({.line = LineOf(mark), .column = ColumnOf(mark)}, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // yaml-cpp marks plain scalars with the tag "?".
    Add({.kind = Yaml::Kind::kScalar,
         .quoted = tag != "?",
         .line = LineOf(mark),
         .column = ColumnOf(mark),
         .text = value},
        anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return Fail(At(mark), "an alias stands inside what it means");
    if (Charge(found->second, At(mark))) Add(Yaml(found->second), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open({.kind = Yaml::Kind::kList, .line = LineOf(mark), .column = ColumnOf(mark)}, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open({.kind = Yaml::Kind::kMap, .line = LineOf(mark), .column = ColumnOf(mark)}, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  // A list or map that has begun and not ended.
  struct Frame {
    Yaml yaml;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key = {};
    int key_line = 0, key_column = 0;
  };

  // A place in the text.
  struct Place {
    int line = 1, column = 1;
  };
  static Place At(const YAML::Mark& mark) { return {LineOf(mark), ColumnOf(mark)}; }
  static Place At(const Yaml& yaml) { return {yaml.line, yaml.column}; }

  void Fail(Place place, std::string why) {
    if (failed_) return;
    failed_ = true;
    error_ = {.line = place.line, .column = place.column, .why = std::move(why)};
  }

  bool Charge(size_t nodes, size_t bytes, Place place) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > limits_.nodes || bytes_ > limits_.bytes) Fail(place, "the document is too large");
    return !failed_;
  }

  bool Charge(const Yaml& yaml, Place place) {
    if (!Charge(1, yaml.text.size(), place)) return false;
    for (const Yaml& item : yaml.items) {
      if (!Charge(item, place)) return false;
    }
    for (const auto& [key, member] : yaml.members) {
      if (!Charge(0, key.size(), place) || !Charge(member, place)) return false;
    }
    return true;
  }

  void Open(Yaml yaml, YAML::anchor_t anchor) {
    if (failed_ || !Charge(1, 0, At(yaml))) return;
    if (frames_.size() >= limits_.depth) return Fail(At(yaml), "nested too deep");
    if (NeedsKey()) return Fail(At(yaml), "a key is not text");
    frames_.push_back({.yaml = std::move(yaml), .anchor = anchor});
  }

  void Close() {
    if (failed_) return;
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    CheckKeysDiffer(frame.yaml);
    Insert(std::move(frame.yaml), frame.anchor);
  }

  void Add(Yaml yaml, YAML::anchor_t anchor) {
    if (failed_ || !Charge(1, yaml.text.size(), At(yaml))) return;
    if (!NeedsKey()) return Insert(std::move(yaml), anchor);
    if (yaml.kind != Yaml::Kind::kScalar) return Fail(At(yaml), "a key is not text");
    Frame& map = frames_.back();
    map.key = std::move(yaml.text);
    map.key_line = yaml.line;
    map.key_column = yaml.column;
    map.has_key = true;
  }

  bool NeedsKey() const {
    return !frames_.empty() && frames_.back().yaml.kind == Yaml::Kind::kMap &&
           !frames_.back().has_key;
  }

  void Insert(Yaml yaml, YAML::anchor_t anchor) {
    if (anchor != 0 && Charge(yaml, At(yaml))) anchors_[anchor] = yaml;
    if (frames_.empty()) {
      root_ = std::move(yaml);
      return;
    }
    Frame& parent = frames_.back();
    if (parent.yaml.kind == Yaml::Kind::kList) {
      parent.yaml.items.push_back(std::move(yaml));
    } else {
      yaml.key_line = parent.key_line;
      yaml.key_column = parent.key_column;
      parent.yaml.members.emplace_back(std::move(parent.key), std::move(yaml));
      parent.has_key = false;
    }
  }

  void CheckKeysDiffer(const Yaml& map) {
    std::vector<std::pair<std::string_view, const Yaml*>> keys;
    for (const auto& [key, member] : map.members) keys.emplace_back(key, &member);
    std::ranges::stable_sort(keys, {}, [](const auto& one) { return one.first; });
    const auto twice =
        std::ranges::adjacent_find(keys, {}, [](const auto& one) { return one.first; });
    if (twice == keys.end()) return;
    const Yaml& again = *std::next(twice)->second;
    Fail({again.key_line, again.key_column},
         fmt::format("the key '{}' stands twice", twice->first));
  }

  const YamlLimits limits_;
  bool failed_ = false;
  YamlError error_;
  Yaml root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Yaml> anchors_;
  size_t nodes_ = 0;
  size_t bytes_ = 0;
};

}  // namespace

const Yaml* Yaml::Find(std::string_view key) const {
  for (const auto& [name, member] : members) {
    if (name == key) return &member;
  }
  return nullptr;
}

std::expected<Yaml, YamlError> ReadYaml(const std::string& text, const YamlLimits& limits) {
  if (const size_t at = FindNotUtf8(text); at < text.size()) {
    const auto lines = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n');
    return std::unexpected(YamlError{.line = static_cast<int>(lines) + 1, .why = "is not UTF-8"});
  }
  Builder builder(limits);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    return std::unexpected(
        YamlError{.line = LineOf(error.mark), .column = ColumnOf(error.mark), .why = error.msg});
  } catch (const std::exception& error) {
    return std::unexpected(YamlError{.why = error.what()});
  }
  return std::move(builder).Take();
}

Result<Yaml> ParseYaml(const std::string& text, const YamlLimits& limits) {
  auto read = ReadYaml(text, limits);
  if (read) return *std::move(read);
  return Error(InvalidArgument(fmt::format("line {}: {}", read.error().line, read.error().why)));
}

}  // namespace ekiben::store
