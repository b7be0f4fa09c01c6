// SPDX-License-Identifier: Apache-2.0
// ekiben [models] delete TAGS... [-y]
#include <algorithm>
#include <cctype>
#include <istream>
#include <memory>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/store_commands.h"
#include "signing/signature_files.h"

namespace ekiben::cli {
namespace {

using store::Tag;

// What the words mean, each tag once. Words may hold several tags with commas, as BentoML has it.
template <typename Info>
Result<std::vector<Tag>> Targets(const std::vector<std::string>& words,
                                 const store::TagStore<Info>& store) {
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

bool Agrees(std::string_view noun, const Tag& tag, Context& context) {
  context.err << "delete " << noun << ' ' << tag.ToString() << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(context.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

// "Model" of "model".
std::string Capitalized(std::string_view noun) {
  std::string word(noun);
  word.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(word.front())));
  return word;
}

}  // namespace

template <typename Info>
Status RunDelete(const DeleteArgs& args, Context& context) {
  const store::TagStore<Info>& store = StoreOf<Info>(context);
  const std::string_view noun = store.kind().noun;
  const Result<std::vector<Tag>> targets = Targets(args.tags, store);
  if (!targets) return targets.error();
  if (!args.yes && !context.may_ask) {
    return FailedPrecondition(
               fmt::format("nobody is at the terminal to be asked before {}s are deleted", noun))
        .WithHint("give --yes to delete them without a question");
  }
  for (const Tag& tag : *targets) {
    if (!args.yes && !Agrees(noun, tag, context)) continue;
    if (Status status = store.Delete(tag); !status.ok()) return status;
    // Another one may get the tag, which nobody has signed.
    Status cleaned = signing::RemoveSignatures(
        signing::SignatureFolder(store.home(), std::string(noun), tag.name, tag.version));
    if (!cleaned.ok()) return cleaned;
    context.out << Capitalized(noun) << "(tag=\"" << tag.ToString() << "\") deleted\n";
  }
  return {};
}

template <typename Info>
void AddDelete(CLI::App& parent, Context& context) {
  const auto args = std::make_shared<DeleteArgs>();
  const auto& kind = StoreOf<Info>(context).kind();
  CLI::App* const command = parent.add_subcommand("delete", fmt::format("Delete {}s", kind.noun));
  const std::string example = fmt::format("{} delete {}", kind.command, kExampleName<Info>);
  command->footer(
      fmt::format("  {0}:hrcx      one version\n"
                  "  {0} -y        all versions, without a question",
                  example));
  command->add_option("TAGS", args->tags, "tags, or names for all of their versions")->required();
  command->add_flag("-y,--yes,--assume-yes", args->yes, "do not ask");
  command->callback([args, &context] { context.status = RunDelete<Info>(*args, context); });
}

template void AddDelete<store::ModelInfo>(CLI::App& parent, Context& context);
template void AddDelete<store::BentoInfo>(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
