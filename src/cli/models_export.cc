// SPDX-License-Identifier: Apache-2.0
// ekiben models export TAG [PATH]
#include <ostream>

#include "cli/ask_python.h"
#include "cli/models.h"

namespace ekiben::cli {

Status RunModelsExport(const ModelsExportArgs& args, Context& context) {
  // Whether there is such a model is known without Python.
  const auto model = context.store.Get(args.tag);
  if (!model) return model.error();
  const auto answer = AskPython({.doing = "export a model",
                                 .python = args.python,
                                 .name = "export-model",
                                 .arguments = {model->tag.ToString(), args.path},
                                 .environment = {{"EKIBEN_HOME", context.store.home().string()}}});
  if (!answer) return answer.error();
  context.out << "Model(tag=\"" << TextIn(*answer, "tag") << "\") exported to "
              << TextIn(*answer, "path") << '\n';
  return {};
}

void AddArchivePython(CLI::App& command, std::string& python) {
  command.add_option("--python", python, "the interpreter that reads and writes archives")
      ->type_name("PATH");
}

void AddModelsExport(CLI::App& models, Context& context) {
  const auto args = std::make_shared<ModelsExportArgs>();
  CLI::App* const command = models.add_subcommand("export", "Write a model into one file");
  command->footer(
      "  ekiben models export iris_clf:latest\n"
      "  ekiben models export iris_clf:latest backup/iris.zip");
  command->add_option("TAG", args->tag, "NAME, or NAME:VERSION")->required();
  command->add_option(
      "PATH", args->path,
      "a file that ends with .bentomodel, .xz, .gz, .bz2, .tar or .zip, or a folder "
      "for it; here");
  AddArchivePython(*command, args->python);
  command->callback([args, &context] { context.status = RunModelsExport(*args, context); });
}

}  // namespace ekiben::cli
