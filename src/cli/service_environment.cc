// SPDX-License-Identifier: Apache-2.0
#include "cli/service_environment.h"

#include "base/json_writer.h"
#include "store/yaml_text.h"

namespace ekiben::cli {

std::string AliasesJson(const std::map<std::string, std::string>& aliases) {
  JsonWriter json;
  json.BeginObject();
  for (const auto& [alias, tag] : aliases) json.Member(alias, tag);
  return json.EndObject().text();
}

std::string ArgumentsJson(const store::Yaml& arguments) {
  return arguments.members.empty() ? "{}" : store::ToJson(arguments);
}

}  // namespace ekiben::cli
