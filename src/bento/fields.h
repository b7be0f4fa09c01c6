// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "bento/document.h"
#include "store/yaml.h"

namespace ekiben::bento {

// Reads the members of a map that somebody wrote by hand, each by name and type. The first mistake
// is kept in a status that all readers of one document share; after it every read gives nothing, so
// a caller reads all it knows and checks the status once.
//
// Finish() refuses what nobody has asked for. Refers to the document, its part and the status.
class Fields {
 public:
  // `place` names the map in messages, "python"; empty for the whole document. Null is no member.
  Fields(const Document& document, const store::Yaml& map, std::string place, Status& status);

  // Text, or a number or truth as it was written: what is a version must not lose its zero.
  std::optional<std::string> Text(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  // A list of texts, or one alone.
  std::vector<std::string> Texts(std::string_view key);
  // A map of texts.
  std::vector<std::pair<std::string, std::string>> TextMap(std::string_view key);
  // Calls read() with the fields of the map under `key`, and finishes them.
  void Map(std::string_view key, const std::function<void(Fields&)>& read);
  // Calls read() for each entry of the list under `key`.
  void Each(std::string_view key, const std::function<void(const store::Yaml&)>& read);
  // The member of any type; null where there is none.
  const store::Yaml* Any(std::string_view key);

  // Notes a mistake about the value of a key, unless there was one before.
  void Fail(std::string_view key, std::string_view what, std::string hint = "");
  // Without the line, since there is a secret in it.
  void FailUnshown(std::string_view key, std::string_view what, std::string hint = "");
  void FailAt(const store::Yaml& value, std::string_view what, std::string hint = "");
  // Notes the first key that no read has asked for, with the nearest of those that were.
  void Finish();

  const Document& document() const { return document_; }
  Status& status() { return status_; }
  bool ok() const { return status_.ok(); }

 private:
  std::string PlaceOf(std::string_view key) const;

  const Document& document_;
  const store::Yaml& map_;
  const std::string place_;
  Status& status_;
  std::vector<std::string> known_;
};

}  // namespace ekiben::bento
