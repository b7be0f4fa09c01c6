// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace ekiben::cli {

// What the program leaves to Python: python/ekiben/asked.py has the questions.
struct Question {
  std::string doing;   // "read the configuration", for messages.
  std::string python;  // The interpreter, as worker::FindPython() takes it.
  std::string name;    // "configuration"
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment = {};  // Beside this process's own.
};

// Runs Python and gives its answer, a JSON object. Where the answer is an error, it becomes one of
// the same code, message and hint.
Result<std::string> AskPython(const Question& question);

// A text of such an answer; empty where it has none of that name.
std::string TextIn(std::string_view json, std::string_view name);

// Whether there is a configuration: a file or options in the environment, or `settings`.
bool IsConfigured(const std::vector<std::string>& settings);

}  // namespace ekiben::cli
