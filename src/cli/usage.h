// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/status.h"

namespace ekiben::cli {

// The text of --help: what a command does, examples (its footer()), then its arguments.
class HelpFormatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override;
};

// Whether `app` only holds commands: `models` of `ekiben models list`.
bool IsGroup(const CLI::App& app);

// Says of the first word that is no command or option of `app` which one may have been meant. The
// words come as the shell gave them, without the program's name.
Status CheckWords(const CLI::App& app, const std::vector<std::string>& words);

// "see `ekiben models list --help`", of the command that `words` begins with.
std::string SeeHelp(const CLI::App& app, const std::vector<std::string>& words);

// An option that is one of `forms`: of which the value that `form` has is the default, or, where it
// has none, whatever a file's name ends with.
CLI::Option* AddForms(CLI::App& command, const std::string& option, std::string& form,
                      std::vector<std::string> forms);

// The option -o: one of `forms`, of which the value that `form` has is the default.
CLI::Option* AddOutput(CLI::App& command, std::string& form, std::vector<std::string> forms);

}  // namespace ekiben::cli
