// SPDX-License-Identifier: Apache-2.0
// ekiben [models] verify NAME [--key FILE]... [--plain-http]
#include "cli/verify.h"

#include <memory>
#include <ostream>
#include <utility>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "artifact/kept_signatures.h"
#include "artifact/remote_signatures.h"
#include "cli/remote_subject.h"
#include "cli/store_commands.h"
#include "signing/signature_files.h"

namespace ekiben::cli {
namespace {

Status Said(const Result<std::string>& verified, std::string_view what, Context& context) {
  if (!verified) return verified.error();
  context.out << fmt::format("{} is signed by {}\n", what, *verified);
  return {};
}

Status VerifyInRegistry(const registry::Reference& name, const VerifyArgs& args, Context& context) {
  registry::Repository repository(name, ToSessionOptions(args.registry));
  const auto subject = ReadSubject(repository);
  if (!subject) return subject.error();
  const signing::Expected& expected = subject->expected;
  const auto trust = VerifyRemote(repository, expected, args.trust, context);
  if (!trust) return trust.error();
  const Status said = Said(trust->verified, expected.what, context);
  if (said.ok()) context.out << fmt::format("digest  {}\n", expected.manifest);
  return said;
}

}  // namespace

Result<RemoteTrust> VerifyRemote(registry::Repository& repository,
                                 const signing::Expected& expected, const TrustArgs& args,
                                 const Context& context) {
  auto signatures = artifact::FetchSignatures(repository, expected.manifest);
  if (!signatures) return Error(std::move(signatures).error());
  const auto keys = TrustedKeys(args, context);
  if (!keys) return Error(keys.error());
  auto verified = signing::Verify(*signatures, *keys, expected);
  return RemoteTrust{.signatures = *std::move(signatures), .verified = std::move(verified)};
}

template <typename Info>
Status RunVerify(const VerifyArgs& args, Context& context) {
  const auto name = registry::Reference::Parse(args.name);
  if (name && name->HasHost()) return VerifyInRegistry(*name, args, context);
  const auto info = StoreOf<Info>(context).Get(args.name);
  if (!info) return info.error();
  const auto keys = TrustedKeys(args.trust, context);
  if (!keys) return keys.error();
  const auto signatures = signing::ReadSignatures(SignaturesOf(*info, context));
  if (!signatures) return signatures.error();
  const auto expected = ExpectedOf(*info);
  if (!expected) return expected.error();
  return Said(artifact::VerifyKept(*signatures, *keys, *expected), expected->what, context);
}

template <typename Info>
void AddVerify(CLI::App& parent, Context& context) {
  const auto args = std::make_shared<VerifyArgs>();
  const auto& kind = StoreOf<Info>(context).kind();
  CLI::App* const command = parent.add_subcommand(
      "verify", fmt::format("Check who has signed a {}, or what a registry has", kind.noun));
  command->footer(
      fmt::format("  {0} verify {1}:latest --key release.pub\n"
                  "  {0} verify registry.example/team/{1}:v1",
                  kind.command, kExampleName<Info>));
  command->add_option("NAME", args->name, "a tag of the store, or HOST/PATH with :TAG or @sha256:…")
      ->required();
  command
      ->add_option("--key", args->trust.keys,
                   "FILE.pub of somebody whose signature counts, as often as needed; beside "
                   "EKIBEN_TRUSTED_KEYS and `ekiben keys trust`")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  AddRegistryOptions(*command, args->registry, false);
  command->callback([args, &context] { context.status = RunVerify<Info>(*args, context); });
}

template void AddVerify<store::ModelInfo>(CLI::App& parent, Context& context);
template void AddVerify<store::BentoInfo>(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
