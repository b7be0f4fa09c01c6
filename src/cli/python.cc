// SPDX-License-Identifier: Apache-2.0
// ekiben python [--python PATH] [--bentoml] SCRIPT [ARGUMENTS]
#include "cli/python.h"

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/file.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

struct PythonArgs {
  std::string python;
  bool alias = false;
};

// Returns only where it fails.
Status RunScript(const PythonArgs& args, const std::vector<std::string>& script, Context& context) {
  const auto python = worker::FindPython(args.python);
  if (!python) return python.error();
  std::vector<std::string> words = {python->string(), "-m", "ekiben.script"};
  if (args.alias) words.emplace_back("--bentoml");
  words.insert(words.end(), script.begin(), script.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  context.out.flush();
  execv(pointers[0], pointers.data());
  return FileError("cannot run", words[0], errno);
}

}  // namespace

void AddPython(CLI::App& app, Context& context) {
  const auto args = std::make_shared<PythonArgs>();
  CLI::App* const command =
      app.add_subcommand("python", "Run a Python program for which bentoml means ekiben");
  command->footer(
      "  ekiben python train.py --epochs 3\n"
      "  ekiben python --bentoml train.py");
  command->add_option("--python", args->python, "the interpreter that runs it")->type_name("PATH");
  command->add_flag("--bentoml", args->alias,
                    "import bentoml gives ekiben even where BentoML is installed");
  command->prefix_command();  // SCRIPT and all that follows it are the program's.
  command->callback([args, command, &context] {
    const std::vector<std::string> script = command->remaining();
    if (script.empty()) throw CLI::RequiredError("SCRIPT");
    context.status = RunScript(*args, script, context);
  });
}

}  // namespace ekiben::cli
