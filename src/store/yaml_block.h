// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/yaml.h"

namespace ekiben::store {

// The document as YAML with a line for each entry, for people to read; it reads back as the same
// document. Text that is quoted stays text; a plain scalar is written as it is.
std::string ToBlock(const Yaml& yaml);

// Parts of a document that is made here.
Yaml TextNode(std::string_view text);
Yaml PlainNode(std::string_view text);  // A number, true, false or null.
Yaml TextsNode(const std::vector<std::string>& texts);
Yaml TextMapNode(const std::map<std::string, std::string>& texts);

}  // namespace ekiben::store
