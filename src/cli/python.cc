// SPDX-License-Identifier: Apache-2.0
// ekiben python [--bentoml] [--python PATH] SCRIPT [ARGUMENTS...]
#include "cli/python.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <ostream>

#include <fmt/format.h>

#include "worker/python.h"

namespace ekiben::cli {
namespace {

constexpr const char* kCommand = "python";

}  // namespace

Status RunPython(const PythonArgs& args, Context& context) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(args.script, ignored)) {
    return NotFound(fmt::format("there is no script '{}'", args.script));
  }
  const auto python = worker::FindPython(args.python);
  if (!python) return python.error();
  std::vector<std::string> words = {python->string(), "-m", "ekiben.script"};
  if (args.alias) words.emplace_back("--bentoml");
  words.push_back(args.script);
  words.insert(words.end(), args.arguments.begin(), args.arguments.end());
  std::vector<char*> command;
  for (std::string& word : words) command.push_back(word.data());
  command.push_back(nullptr);
  context.out << std::flush;
  signal(SIGPIPE, SIG_DFL);
  execv(command.front(), command.data());
  return FailedPrecondition(fmt::format("cannot start '{}': {}", words.front(), strerror(errno)));
}

void AddPython(CLI::App& app, Context& context) {
  const auto args = std::make_shared<PythonArgs>();
  CLI::App* const command =
      app.add_subcommand(kCommand, "Run a Python script for which bentoml means ekiben");
  command->footer(
      "  ekiben python train.py\n"
      "  ekiben python --bentoml train.py --epochs 3");
  command->add_option("SCRIPT", args->script, "a Python file")->required();
  command->add_option("ARGUMENTS", args->arguments, "the script's own")->expected(0, 1 << 20);
  command->add_flag("--bentoml", args->alias,
                    "import bentoml gives ekiben even where BentoML is installed");
  command->add_option("--python", args->python, "the interpreter")->type_name("PATH");
  command->callback([args, &context] { context.status = RunPython(*args, context); });
}

std::vector<std::string> WithScriptApart(std::vector<std::string> words) {
  if (words.empty() || words.front() != kCommand) return words;
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--python") {
      ++i;  // Its value.
    } else if (words[i] == "--" || !words[i].starts_with('-')) {
      if (words[i] != "--") words.insert(words.begin() + static_cast<ptrdiff_t>(i), "--");
      break;
    }
  }
  return words;
}

}  // namespace ekiben::cli
