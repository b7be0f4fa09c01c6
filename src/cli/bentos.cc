// SPDX-License-Identifier: Apache-2.0
#include "cli/bentos.h"

#include "cli/keys.h"
#include "cli/pull.h"
#include "cli/push.h"
#include "cli/sign.h"
#include "cli/store_commands.h"
#include "cli/tags.h"
#include "cli/verify.h"

namespace ekiben::cli {

void AddBentos(CLI::App& app, Context& context) {
  AddList<store::BentoInfo>(app, context);
  AddGet<store::BentoInfo>(app, context);
  AddDelete<store::BentoInfo>(app, context);
  AddExport<store::BentoInfo>(app, context);
  AddImport(app, context);
  AddPush<store::BentoInfo>(app, context);
  AddPull(app, std::nullopt, context);
  AddTags(app, context);
  AddSign<store::BentoInfo>(app, context);
  AddVerify<store::BentoInfo>(app, context);
  AddKeys(app, context);
}

}  // namespace ekiben::cli
