// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "store/yaml.h"

namespace ekiben::cli {

// What the service's use_arguments() is to get, beside what its bento or bentofile says.
struct BentoArguments {
  std::vector<std::string> texts = {};  // "key=value"
  std::string file = {};                // YAML or JSON; empty: none.

  bool empty() const { return texts.empty() && file.empty(); }
};

// --arg and --arg-file.
void AddBentoArguments(CLI::App& command, BentoArguments& arguments);

// Puts them over those of `into`, a map or nothing: first the file's, then the typed ones, which
// are text as BentoML has them. kInvalidArgument says which is none, and then `into` is as before.
Status PutArguments(const BentoArguments& arguments, store::Yaml& into);

}  // namespace ekiben::cli
