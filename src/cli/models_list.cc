// SPDX-License-Identifier: Apache-2.0
// ekiben models list [NAME] [-o table|json|yaml|path]
#include <ostream>

#include <fmt/format.h>

#include "cli/model_listing.h"
#include "cli/models.h"
#include "cli/report.h"
#include "cli/usage.h"

namespace ekiben::cli {

Status RunModelsList(const ModelsListArgs& args, Context& context) {
  const Result<store::ModelStore::Listing> listing = context.store.List(args.name);
  if (!listing) return listing.error();

  context.out << ModelListing(listing->models, args.output);
  for (const Status& status : listing->unreadable) PrintWarning(status, context);
  if (listing->models.empty() && listing->unreadable.empty() && args.output == "table") {
    PrintNote(fmt::format("there are no models in '{}' yet", context.store.home().string()),
              context);
  }
  return {};
}

void AddModelsList(CLI::App& models, Context& context) {
  const auto args = std::make_shared<ModelsListArgs>();
  CLI::App* const command = models.add_subcommand("list", "List the models in the store");
  command->footer(
      "  ekiben models list\n"
      "  ekiben models list iris_clf -o json");
  command->add_option("NAME", args->name, "only the versions of this model");
  AddOutput(*command, args->output, {"table", "json", "yaml", "path"});
  command->callback([args, &context] { context.status = RunModelsList(*args, context); });
}

}  // namespace ekiben::cli
