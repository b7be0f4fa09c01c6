// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

struct PythonArgs {
  std::string script = {};
  std::vector<std::string> arguments = {};
  std::string python = {};  // Empty: found by itself.
  bool alias = false;       // `import bentoml` means ekiben even where BentoML is installed.
};

// Becomes the interpreter, which runs the script with `import bentoml` meaning ekiben. Comes back
// only where it cannot.
Status RunPython(const PythonArgs& args, Context& context);

void AddPython(CLI::App& app, Context& context);

// `words` with "--" before the script of `ekiben python`, so that what follows is the script's own
// whatever it looks like.
std::vector<std::string> WithScriptApart(std::vector<std::string> words);

}  // namespace ekiben::cli
