// SPDX-License-Identifier: Apache-2.0
// ekiben models delete TAGS... [-y]
#include <algorithm>
#include <istream>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/models.h"

namespace ekiben::cli {
namespace {

using store::Tag;

// What the words mean, each model once. Words may hold several tags with commas, as BentoML has it.
Result<std::vector<Tag>> Targets(const std::vector<std::string>& words,
                                 const store::ModelStore& store) {
  std::vector<Tag> targets;
  for (const std::string& text :
       CLI::detail::split(fmt::format("{}", fmt::join(words, ",")), ',')) {
    if (text.empty()) continue;
    const Result<std::vector<Tag>> matching = store.Matching(text);
    if (!matching) return Error(matching.error());
    for (const Tag& tag : *matching) {
      if (std::ranges::find(targets, tag) == targets.end()) targets.push_back(tag);
    }
  }
  return targets;
}

bool Agrees(const Tag& tag, Context& context) {
  context.err << "delete model " << tag.ToString() << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(context.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

Status RunModelsDelete(const ModelsDeleteArgs& args, Context& context) {
  const Result<std::vector<Tag>> targets = Targets(args.tags, context.store);
  if (!targets) return targets.error();
  if (!args.yes && !context.may_ask) {
    return FailedPrecondition("nobody is at the terminal to be asked before models are deleted")
        .WithHint("give --yes to delete them without a question");
  }
  for (const Tag& tag : *targets) {
    if (!args.yes && !Agrees(tag, context)) continue;
    if (Status status = context.store.Delete(tag); !status.ok()) return status;
    context.out << "Model(tag=\"" << tag.ToString() << "\") deleted\n";
  }
  return {};
}

void AddModelsDelete(CLI::App& models, Context& context) {
  const auto args = std::make_shared<ModelsDeleteArgs>();
  CLI::App* const command = models.add_subcommand("delete", "Delete models");
  command->footer(
      "  ekiben models delete iris_clf:hrcx      one version\n"
      "  ekiben models delete iris_clf -y        all versions, without a question");
  command->add_option("TAGS", args->tags, "tags, or names for all of their versions")->required();
  command->add_flag("-y,--yes,--assume-yes", args->yes, "do not ask");
  command->callback([args, &context] { context.status = RunModelsDelete(*args, context); });
}

}  // namespace ekiben::cli
