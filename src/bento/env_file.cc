// SPDX-License-Identifier: Apache-2.0
#include "bento/env_file.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/trimmed.h"
#include "bento/bentofile.h"

namespace ekiben::bento {

Status CheckEnvOptions(const std::vector<EnvOption>& envs) {
  for (const EnvOption& env : envs) {
    if (!IsEnvName(env.name)) {
      return InvalidArgument(fmt::format("'{}' is no name of a variable", env.name));
    }
    const bool is_line = std::ranges::none_of(
        env.value.value_or(""), [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
    if (!is_line) {
      return InvalidArgument(fmt::format("the value of '{}' has more than one line", env.name));
    }
  }
  return {};
}

Result<std::vector<EnvOption>> ParseEnvFile(std::string_view text) {
  std::vector<EnvOption> envs;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("export ")) line = Trimmed(line.substr(7));
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == line.npos) {
      return Error(InvalidArgument(fmt::format("line {}: expected NAME=value", number)));
    }
    std::string_view value = Trimmed(line.substr(equals + 1));
    const bool is_quoted = value.size() >= 2 && value.front() == value.back() &&
                           (value.front() == '"' || value.front() == '\'');
    if (is_quoted) value = value.substr(1, value.size() - 2);
    envs.push_back(
        {.name = std::string(Trimmed(line.substr(0, equals))), .value = std::string(value)});
  }
  if (Status checked = CheckEnvOptions(envs); !checked.ok()) return Error(std::move(checked));
  return envs;
}

}  // namespace ekiben::bento
