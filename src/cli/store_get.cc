// SPDX-License-Identifier: Apache-2.0
// ekiben [models] get TAG [-o yaml|json|path|table|tree]
#include <memory>
#include <ostream>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/file_tree.h"
#include "cli/store_commands.h"
#include "cli/store_listing.h"
#include "cli/usage.h"
#include "store/yaml.h"
#include "store/yaml_text.h"

namespace ekiben::cli {

template <typename Info>
Status RunGet(const GetArgs& args, Context& context) {
  const store::TagStore<Info>& store = StoreOf<Info>(context);
  const Result<Info> found = store.Get(args.tag);
  if (!found) return found.error();
  if (args.output == "path") {
    context.out << found->path.string() << '\n';
    return {};
  }
  if (args.output == "tree") {
    context.out << found->tag.ToString() << '\n' << FileTree(found->path);
    return {};
  }
  if (args.output == "table") {
    const auto one = store.List(found->tag.ToString());
    if (!one) return one.error();
    context.out << StoreListing(one->found, args.output);
    return {};
  }
  const auto text = ReadFile(found->path / store.kind().manifest, store.kind().most);
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

template <typename Info>
void AddGet(CLI::App& parent, Context& context) {
  const auto args = std::make_shared<GetArgs>();
  const auto& kind = StoreOf<Info>(context).kind();
  CLI::App* const command =
      parent.add_subcommand("get", fmt::format("Print what is known of a {}", kind.noun));
  command->footer(
      fmt::format("  {0} get {1}\n  {0} get {1}:hrcx -o path", kind.command, kExampleName<Info>));
  command->add_option("TAG", args->tag, "NAME, NAME:VERSION or the beginning of a version")
      ->required();
  AddOutput(*command, args->output, {"yaml", "json", "path", "table", "tree"});
  command->callback([args, &context] { context.status = RunGet<Info>(*args, context); });
}

template void AddGet<store::ModelInfo>(CLI::App& parent, Context& context);
template void AddGet<store::BentoInfo>(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
