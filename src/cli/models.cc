// SPDX-License-Identifier: Apache-2.0
#include "cli/models.h"

#include "cli/store_commands.h"

namespace ekiben::cli {

void AddModels(CLI::App& app, Context& context) {
  CLI::App* const models =
      app.add_subcommand("models", "List, get, delete, import and export models");
  models->footer(
      "  ekiben models list\n"
      "  ekiben models get iris_clf:latest");
  AddList<store::ModelInfo>(*models, context);
  AddGet<store::ModelInfo>(*models, context);
  AddDelete<store::ModelInfo>(*models, context);
  AddModelsImport(*models, context);
  AddExport<store::ModelInfo>(*models, context);
}

}  // namespace ekiben::cli
