// SPDX-License-Identifier: Apache-2.0
#include "cli/bentos.h"

#include "cli/store_commands.h"

namespace ekiben::cli {

void AddBentos(CLI::App& app, Context& context) {
  AddList<store::BentoInfo>(app, context);
  AddGet<store::BentoInfo>(app, context);
  AddDelete<store::BentoInfo>(app, context);
  AddExport<store::BentoInfo>(app, context);
  AddImport(app, context);
}

}  // namespace ekiben::cli
