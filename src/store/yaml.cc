// SPDX-License-Identifier: Apache-2.0
#include "store/yaml.h"

#include <algorithm>
#include <cstddef>
#include <exception>
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

// Builds a Yaml from the events of yaml-cpp's parser. After the first error it ignores the rest:
// yaml-cpp can only be stopped by an exception, and the size of the text bounds what is left.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const YamlLimits& limits) : limits_(limits) {}

  Result<Yaml> Take() && {
    if (!status_.ok()) return Error(std::move(status_));
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add({.line = LineOf(mark)}, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // yaml-cpp marks plain scalars with the tag "?".
    Add({.kind = Yaml::Kind::kScalar, .quoted = tag != "?", .line = LineOf(mark), .text = value},
        anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return Fail(LineOf(mark), "an alias stands inside what it means");
    if (Charge(found->second, LineOf(mark))) Add(Yaml(found->second), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open({.kind = Yaml::Kind::kList, .line = LineOf(mark)}, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open({.kind = Yaml::Kind::kMap, .line = LineOf(mark)}, anchor);
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
  };

  void Fail(int line, std::string_view why) {
    if (status_.ok()) status_ = InvalidArgument(fmt::format("line {}: {}", line, why));
  }

  bool Charge(size_t nodes, size_t bytes, int line) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > limits_.nodes || bytes_ > limits_.bytes) Fail(line, "the document is too large");
    return status_.ok();
  }

  bool Charge(const Yaml& yaml, int line) {
    if (!Charge(1, yaml.text.size(), line)) return false;
    for (const Yaml& item : yaml.items) {
      if (!Charge(item, line)) return false;
    }
    for (const auto& [key, member] : yaml.members) {
      if (!Charge(0, key.size(), line) || !Charge(member, line)) return false;
    }
    return true;
  }

  void Open(Yaml yaml, YAML::anchor_t anchor) {
    if (!status_.ok() || !Charge(1, 0, yaml.line)) return;
    if (frames_.size() >= limits_.depth) return Fail(yaml.line, "nested too deep");
    if (NeedsKey()) return Fail(yaml.line, "a key is not text");
    frames_.push_back({.yaml = std::move(yaml), .anchor = anchor});
  }

  void Close() {
    if (!status_.ok()) return;
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    CheckKeysDiffer(frame.yaml);
    Place(std::move(frame.yaml), frame.anchor);
  }

  void Add(Yaml yaml, YAML::anchor_t anchor) {
    if (!status_.ok() || !Charge(1, yaml.text.size(), yaml.line)) return;
    if (!NeedsKey()) return Place(std::move(yaml), anchor);
    if (yaml.kind != Yaml::Kind::kScalar) return Fail(yaml.line, "a key is not text");
    frames_.back().key = std::move(yaml.text);
    frames_.back().has_key = true;
  }

  bool NeedsKey() const {
    return !frames_.empty() && frames_.back().yaml.kind == Yaml::Kind::kMap &&
           !frames_.back().has_key;
  }

  void Place(Yaml yaml, YAML::anchor_t anchor) {
    if (anchor != 0 && Charge(yaml, yaml.line)) anchors_[anchor] = yaml;
    if (frames_.empty()) {
      root_ = std::move(yaml);
      return;
    }
    Frame& parent = frames_.back();
    if (parent.yaml.kind == Yaml::Kind::kList) {
      parent.yaml.items.push_back(std::move(yaml));
    } else {
      parent.yaml.members.emplace_back(std::move(parent.key), std::move(yaml));
      parent.has_key = false;
    }
  }

  void CheckKeysDiffer(const Yaml& map) {
    std::vector<std::string_view> keys;
    for (const auto& [key, member] : map.members) keys.push_back(key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice != keys.end()) Fail(map.line, fmt::format("the key '{}' stands twice", *twice));
  }

  const YamlLimits limits_;
  Status status_;
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

Result<Yaml> ParseYaml(const std::string& text, const YamlLimits& limits) {
  if (const size_t at = FindNotUtf8(text); at < text.size()) {
    const auto lines = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n');
    return Error(InvalidArgument(fmt::format("line {}: is not UTF-8", lines + 1)));
  }
  Builder builder(limits);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    return Error(InvalidArgument(fmt::format("line {}: {}", LineOf(error.mark), error.msg)));
  } catch (const std::exception& error) {
    return Error(InvalidArgument(error.what()));
  }
  return std::move(builder).Take();
}

}  // namespace ekiben::store
