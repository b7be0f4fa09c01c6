// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace ekiben::store {

// A YAML document as a value: text, lists and maps whose keys are text. Tags are ignored, aliases
// are replaced by copies of what they mean, and plain scalars keep their text: who reads them says
// what they are to be. The only place where yaml-cpp is used is yaml.cc.
struct Yaml {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  bool quoted = false;  // A scalar that is text even where it looks like a number.
  int line = 0;         // Where it begins; the first line is 1.
  int column = 0;       // In characters; the first is 1.
  std::string text = {};
  std::vector<Yaml> items = {};
  std::vector<std::pair<std::string, Yaml>> members = {};
  int key_line = 0;  // Of a map's member: where its key begins.
  int key_column = 0;

  // The member of this name, or null. Null as well where this is no map.
  const Yaml* Find(std::string_view key) const;
};

// What a document may cost. Aliases count as often as they are used, so that a small file cannot
// become a large document.
struct YamlLimits {
  size_t depth = 64;
  size_t nodes = 100'000;
  size_t bytes = size_t{8} << 20;  // Text of all scalars together.
};

// Why a text is no document, and where.
struct YamlError {
  int line = 1;
  int column = 1;
  std::string why = {};
};

// Reads one document. An error where it is not YAML, beyond the limits, has a key twice or a key
// that is not text.
std::expected<Yaml, YamlError> ReadYaml(const std::string& text, const YamlLimits& limits = {});

// The same for who shows no more than a message: kInvalidArgument, with the line.
Result<Yaml> ParseYaml(const std::string& text, const YamlLimits& limits = {});

}  // namespace ekiben::store
