// SPDX-License-Identifier: Apache-2.0
// ekiben [models] list [NAME] [-o table|json|yaml|path]
#include <memory>
#include <ostream>

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/store_commands.h"
#include "cli/store_listing.h"
#include "cli/usage.h"

namespace ekiben::cli {

template <typename Info>
Status RunList(const ListArgs& args, Context& context) {
  const store::TagStore<Info>& store = StoreOf<Info>(context);
  const auto listing = store.List(args.name);
  if (!listing) return listing.error();

  context.out << StoreListing(listing->found, args.output);
  for (const Status& status : listing->unreadable) PrintWarning(status, context);
  if (listing->found.empty() && listing->unreadable.empty() && args.output == "table") {
    PrintNote(fmt::format("there are no {}s in '{}' yet", store.kind().noun, store.home().string()),
              context);
  }
  return {};
}

template <typename Info>
void AddList(CLI::App& parent, Context& context) {
  const auto args = std::make_shared<ListArgs>();
  const auto& kind = StoreOf<Info>(context).kind();
  CLI::App* const command =
      parent.add_subcommand("list", fmt::format("List the {}s in the store", kind.noun));
  command->footer(
      fmt::format("  {0} list\n  {0} list {1} -o json", kind.command, kExampleName<Info>));
  command->add_option("NAME", args->name, fmt::format("only the versions of this {}", kind.noun));
  AddOutput(*command, args->output, {"table", "json", "yaml", "path"});
  command->callback([args, &context] { context.status = RunList<Info>(*args, context); });
}

template void AddList<store::ModelInfo>(CLI::App& parent, Context& context);
template void AddList<store::BentoInfo>(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
