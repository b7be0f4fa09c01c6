// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

// `ekiben keys new NAME`: a pair in HOME/keys. The password comes from the environment or a file,
// never from the command line, which others can read.
struct KeysNewArgs {
  std::string name = {};
  std::filesystem::path password_file = {};
};
Status RunKeysNew(const KeysNewArgs& args, Context& context);

// `ekiben keys trust FILE`: signatures by this key count from now on.
struct KeysTrustArgs {
  std::filesystem::path file = {};
  std::string name = {};  // Under which it is kept; the file's.
};
Status RunKeysTrust(const KeysTrustArgs& args, Context& context);

// `ekiben keys list`: the own ones and those that are trusted.
Status RunKeysList(const std::string& output, Context& context);

void AddKeys(CLI::App& app, Context& context);

// The first line of the file, else EKIBEN_KEY_PASSWORD, else nothing.
Result<std::string> KeyPassword(const std::filesystem::path& file);

// Adds --password-file.
void AddPasswordFile(CLI::App& command, std::filesystem::path& file);

}  // namespace ekiben::cli
