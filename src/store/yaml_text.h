// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/yaml.h"

namespace ekiben::store {

// The document as JSON, in one line or indented by two spaces a level. Plain scalars become
// null, true, false and numbers where YAML 1.1 means these and JSON has them, else strings.
std::string ToJson(const Yaml& yaml, bool indent = false);

// The document in one line of YAML, which reads back as the same document.
std::string ToFlow(const Yaml& yaml);

// `text` as a scalar that reads back as this text, quoted where it has to be.
std::string YamlText(std::string_view text);

// `text` as a JSON string, with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string JsonText(std::string_view text);

// Where `text` stops to be UTF-8, or its size.
size_t FindNotUtf8(std::string_view text);

}  // namespace ekiben::store
