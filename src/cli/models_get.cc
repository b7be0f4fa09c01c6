// SPDX-License-Identifier: Apache-2.0
// ekiben models get TAG [-o yaml|json|path|table]
#include <ostream>

#include "base/file.h"
#include "cli/model_listing.h"
#include "cli/models.h"
#include "cli/usage.h"
#include "store/model_yaml.h"
#include "store/yaml_text.h"

namespace ekiben::cli {

Status RunModelsGet(const ModelsGetArgs& args, Context& context) {
  const Result<store::ModelInfo> model = context.store.Get(args.tag);
  if (!model) return model.error();
  if (args.output == "path") {
    context.out << model->path.string() << '\n';
    return {};
  }
  if (args.output == "table") {
    const Result<store::ModelStore::Listing> one = context.store.List(model->tag.ToString());
    if (!one) return one.error();
    context.out << ModelListing(one->models, args.output);
    return {};
  }
  const Result<std::string> text = ReadFile(model->path / store::kModelYaml, store::kMaxModelYaml);
  if (!text) return text.error();
  if (args.output == "yaml") {
    context.out << *text;
    return {};
  }
  const Result<store::Yaml> document = store::ParseYaml(*text);
  if (!document) return document.error();
  context.out << ToJson(*document, true) << '\n';
  return {};
}

void AddModelsGet(CLI::App& models, Context& context) {
  const auto args = std::make_shared<ModelsGetArgs>();
  CLI::App* const command = models.add_subcommand("get", "Print what is known of a model");
  command->footer(
      "  ekiben models get iris_clf\n"
      "  ekiben models get iris_clf:hrcx -o path");
  command->add_option("TAG", args->tag, "NAME, NAME:VERSION or the beginning of a version")
      ->required();
  AddOutput(*command, args->output, {"yaml", "json", "path", "table"});
  command->callback([args, &context] { context.status = RunModelsGet(*args, context); });
}

}  // namespace ekiben::cli
