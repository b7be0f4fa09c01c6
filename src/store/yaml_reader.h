// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/creation_time.h"
#include "store/tag.h"
#include "store/yaml.h"

namespace ekiben::store {

// A document that has to be a map, of at most `most` bytes.
Result<Yaml> ParseYamlMap(const std::string& text, size_t most);

// Takes values out of a model.yaml or bento.yaml. The first one that is not as expected is kept as
// the error, with its key; everything after it reads as empty, so that callers look at status()
// once, at the end. `path` is how a key is called in an error: "context.python_version".
class YamlReader {
 public:
  const Status& status() const { return status_; }

  void Fail(std::string_view key, std::string_view expected, const Yaml& got);
  void Fail(std::string_view key, std::string_view why, int line);

  // The member `key`, or null; null as well where it says nothing.
  const Yaml* Member(const Yaml& map, std::string_view key) const;
  const Yaml* Map(const Yaml& map, std::string_view key, std::string_view path) {
    return OfKind(map, key, path, Yaml::Kind::kMap, "a map");
  }
  const Yaml* List(const Yaml& map, std::string_view key, std::string_view path) {
    return OfKind(map, key, path, Yaml::Kind::kList, "a list");
  }

  std::string Text(const Yaml& yaml, std::string_view path);
  std::string Text(const Yaml& map, std::string_view key, std::string_view path);
  std::string RequiredText(const Yaml& map, std::string_view key, std::string_view path);
  std::map<std::string, std::string> TextMap(const Yaml& map, std::string_view key,
                                             std::string_view path);
  bool Bool(const Yaml& map, std::string_view key, std::string_view path);
  int64_t Integer(const Yaml& yaml, std::string_view path, int64_t least, int64_t most);

  // What `name` and `version` say; `noun` is what they are of.
  Tag ReadTag(const Yaml& document, std::string_view noun);
  CreationTime RequiredTime(const Yaml& map, std::string_view key, std::string_view path);
  // The map `ekiben`, of a format up to `known`; null where there is none.
  const Yaml* Ours(const Yaml& document, int known);

 private:
  const Yaml* OfKind(const Yaml& map, std::string_view key, std::string_view path, Yaml::Kind kind,
                     std::string_view expected);

  Status status_;
};

}  // namespace ekiben::store
