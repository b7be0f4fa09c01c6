// SPDX-License-Identifier: Apache-2.0
// ekiben [models] push TAG [TARGET] [-f] [--latest] [--plain-http] [-t N]
#include "cli/push.h"

#include <memory>
#include <ostream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "artifact/remote_signatures.h"
#include "artifact/transfer.h"
#include "cli/packed.h"
#include "cli/report.h"
#include "cli/store_commands.h"
#include "cli/transfer_view.h"
#include "cli/trust.h"
#include "registry/push.h"
#include "signing/signature_files.h"

namespace ekiben::cli {
namespace {

// Whether the tag is this very artifact's already. A tag that is another's is moved only by force.
Result<bool> IsThere(registry::Repository& repository, const std::string& tag,
                     const std::string& digest, bool force) {
  const auto found = repository.FindManifest(tag);
  if (!found) return Error(found.error());
  if (!*found) return false;
  if (**found == digest) return true;
  if (force) return false;
  return Error(FailedPrecondition(fmt::format("'{}' is something else in the registry: {}",
                                              repository.where().ToString(), **found))
                   .WithHint("give it another tag, or --force to replace it"));
}

// Signatures of this very manifest go with it.
template <typename Info>
Status PushSignaturesOf(const Info& info, const std::string& digest,
                        registry::Repository& repository, registry::Progress& progress,
                        Context& context) {
  const auto all = signing::ReadSignatures(SignaturesOf(info, context));
  if (!all) return all.error();
  std::vector<signing::Signature> fitting;
  for (const signing::Signature& one : *all) {
    const auto statement = signing::Statement::Parse(one.payload);
    if (statement && statement->manifest == digest) fitting.push_back(one);
  }
  if (fitting.size() < all->size()) {
    PrintWarning(
        FailedPrecondition(fmt::format("a signature of '{}' is of another manifest and was "
                                       "not pushed: sign it again",
                                       info.tag.ToString())),
        context);
  }
  if (fitting.empty()) return {};
  return artifact::PushSignatures(repository, digest, fitting, progress);
}

}  // namespace

template <typename Info>
Status RunPush(const PushArgs& args, Context& context) {
  const auto info = StoreOf<Info>(context).Get(args.tag);
  if (!info) return info.error();
  const auto target = PushTarget(args.target, info->tag, DefaultRegistry());
  if (!target) return target.error();
  const auto packed = PackOf(*info, context);
  if (!packed) return packed.error();

  const registry::Pushed pushed = artifact::ToPushed(*packed);
  registry::Repository repository(*target, ToSessionOptions(args.registry), context.store.home());
  const auto there = IsThere(repository, target->tag, pushed.manifest.digest, args.force);
  if (!there) return there.error();
  std::vector<std::string> tags;
  if (!*there) tags.push_back(target->tag);
  if (args.latest) tags.emplace_back(store::kLatest);
  TransferView view(context.err, context.color);
  Status sent;
  if (!tags.empty()) {
    sent = registry::Push(repository, pushed, tags, view, args.registry.threads);
  }
  if (sent.ok()) {
    sent = PushSignaturesOf(*info, pushed.manifest.digest, repository, view, context);
  }
  if (!sent.ok()) return sent;
  const bool is_model = packed->artifact.kind == artifact::Kind::kModel;
  context.out << fmt::format("{}(tag=\"{}\") {} {}\ndigest  {}\n", is_model ? "Model" : "Bento",
                             info->tag.ToString(), *there ? "is in the registry as" : "pushed to",
                             target->ToString(), pushed.manifest.digest);
  return {};
}

template <typename Info>
void AddPush(CLI::App& parent, Context& context) {
  const auto args = std::make_shared<PushArgs>();
  const auto& kind = StoreOf<Info>(context).kind();
  CLI::App* const command =
      parent.add_subcommand("push", fmt::format("Send a {} to a registry", kind.noun));
  command->footer(
      fmt::format("  {0} push {1}:latest registry.example/team/{1}\n"
                  "  EKIBEN_REGISTRY=registry.example/team {0} push {1} --latest",
                  kind.command, kExampleName<Info>));
  command->add_option("TAG", args->tag, "NAME, or NAME:VERSION")->required();
  command->add_option("TARGET", args->target,
                      "HOST/PATH[:TAG]; the tag is the version, and without a host it is below "
                      "EKIBEN_REGISTRY");
  command->add_flag("-f,--force", args->force, "replace what the tag names in the registry");
  command->add_flag("--latest", args->latest, "let `latest` name it as well");
  AddRegistryOptions(*command, args->registry, true);
  command->callback([args, &context] { context.status = RunPush<Info>(*args, context); });
}

template Status RunPush<store::ModelInfo>(const PushArgs& args, Context& context);
template Status RunPush<store::BentoInfo>(const PushArgs& args, Context& context);
template void AddPush<store::ModelInfo>(CLI::App& parent, Context& context);
template void AddPush<store::BentoInfo>(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
