// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "store/yaml.h"

// What the Python of a service learns through its environment, as python/ekiben reads it.
namespace ekiben::cli {

// Of EKIBEN_MODEL_ALIASES: alias to tag, an object.
std::string AliasesJson(const std::map<std::string, std::string>& aliases);

// Of EKIBEN_ARGUMENTS: an object, which may be empty.
std::string ArgumentsJson(const store::Yaml& arguments);

}  // namespace ekiben::cli
