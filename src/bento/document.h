// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/yaml.h"

namespace ekiben::bento {

// What somebody wrote of how a bento is built: a bentofile.yaml, or a part of a pyproject.toml, as
// one kind of tree, and the text it was read from, so that a mistake can be shown. A value.
struct Document {
  std::string name = {};  // "bentofile.yaml"
  std::string text = {};
  store::Yaml root = {};
};

// The error for what stands at a place of a document:
//
//   bentofile.yaml:3:1: unknown key 'lables'
//     3 | lables:
//       | ^^^^^^
//
// `length` characters are underlined. REQUIRES: line and column begin with 1.
Status MistakeIn(std::string_view name, std::string_view text, int line, int column,
                 std::string_view what, size_t length = 1);

// Reads a bentofile.
Result<Document> ReadBentofile(const std::filesystem::path& file);

// Reads `[tool.ekiben.build]`, else `[tool.bentoml.build]`, of a pyproject.toml; nothing where it
// has neither.
Result<std::optional<Document>> ReadPyproject(const std::filesystem::path& file);

}  // namespace ekiben::bento
