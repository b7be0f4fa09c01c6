// SPDX-License-Identifier: Apache-2.0
#include "cli/models.h"

#include "cli/pull.h"
#include "cli/push.h"
#include "cli/sign.h"
#include "cli/store_commands.h"
#include "cli/verify.h"

namespace ekiben::cli {

void AddModels(CLI::App& app, Context& context) {
  CLI::App* const models =
      app.add_subcommand("models", "List, get, delete, import, export, push and pull models");
  models->footer(
      "  ekiben models list\n"
      "  ekiben models get iris_clf:latest");
  AddList<store::ModelInfo>(*models, context);
  AddGet<store::ModelInfo>(*models, context);
  AddDelete<store::ModelInfo>(*models, context);
  AddModelsImport(*models, context);
  AddExport<store::ModelInfo>(*models, context);
  AddPush<store::ModelInfo>(*models, context);
  AddSign<store::ModelInfo>(*models, context);
  AddVerify<store::ModelInfo>(*models, context);
  AddPull(*models, artifact::Kind::kModel, context);
}

}  // namespace ekiben::cli
