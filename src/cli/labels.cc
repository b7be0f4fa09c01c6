// SPDX-License-Identifier: Apache-2.0
#include "cli/labels.h"

#include <fmt/format.h>

namespace ekiben::cli {

Result<std::map<std::string, std::string>> ParseLabels(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> labels;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error(InvalidArgument(fmt::format("--label: expected KEY=VALUE, got '{}'", text)));
    }
    labels[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return labels;
}

}  // namespace ekiben::cli
