// SPDX-License-Identifier: Apache-2.0
// ekiben [models] sign NAME [--key NAME|FILE] [--password-file FILE] [--plain-http]
#include "cli/sign.h"

#include <memory>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "artifact/remote_signatures.h"
#include "cli/keys.h"
#include "cli/packed.h"
#include "cli/remote_subject.h"
#include "cli/store_commands.h"
#include "cli/transfer_view.h"
#include "cli/trust.h"
#include "signing/signature_files.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

// The file of a private key: as named, or the only one of the home.
Result<fs::path> KeyFile(const std::string& named, const Context& context) {
  const fs::path folder = KeyFolder(context);
  std::error_code error;
  if (!named.empty()) {
    const fs::path own = folder / (named + ".key");
    return store::IsTagPart(named) && fs::exists(own, error) ? own : fs::path(named);
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".key") files.push_back(entry.path());
  }
  if (files.size() == 1) return files.front();
  if (files.empty()) {
    return Error(NotFound(fmt::format("there is no key in '{}'", folder.string()))
                     .WithHint("`ekiben keys new NAME` makes one"));
  }
  return Error(
      InvalidArgument(fmt::format("there are {} keys in '{}'", files.size(), folder.string()))
          .WithHint("--key says which one signs"));
}

Result<signing::PrivateKey> LoadKey(const SignArgs& args, const Context& context) {
  const auto file = KeyFile(args.key, context);
  if (!file) return Error(file.error());
  const auto password = KeyPassword(args.password_file);
  if (!password) return Error(password.error());
  return signing::PrivateKey::Load(*file, *password);
}

// Signs what is there and puts the signature beside it, once for each key.
Status SignInRegistry(const registry::Reference& name, const SignArgs& args, Context& context) {
  const auto key = LoadKey(args, context);
  if (!key) return key.error();
  registry::Repository repository(name, ToSessionOptions(args.registry), context.store.home());
  const auto subject = ReadSubject(repository);
  if (!subject) return subject.error();
  const std::string& digest = subject->statement.manifest;
  const auto there = artifact::FetchSignatures(repository, digest);
  if (!there) return there.error();
  const std::vector<signing::PublicKey> own = {*key};
  const bool is_signed = signing::Verify(*there, own, subject->expected).has_value();
  if (!is_signed) {
    const auto signature = signing::Sign(subject->statement, *key);
    if (!signature) return signature.error();
    TransferView view(context.err, context.color);
    Status sent = artifact::PushSignatures(repository, digest, {*signature}, view);
    if (!sent.ok()) return sent;
  }
  context.out << fmt::format("{} is signed by {}{}\ndigest  {}\n", subject->expected.what,
                             key->Id(), is_signed ? " already" : "", digest);
  return {};
}

}  // namespace

template <typename Info>
Status RunSign(const SignArgs& args, Context& context) {
  const auto name = registry::Reference::Parse(args.name);
  if (name && name->HasHost()) return SignInRegistry(*name, args, context);
  const auto info = StoreOf<Info>(context).Get(args.name);
  if (!info) return info.error();
  const auto key = LoadKey(args, context);
  if (!key) return key.error();
  const auto packed = PackOf(*info, context);
  if (!packed) return packed.error();
  const artifact::Artifact& artifact = packed->artifact;
  const auto signature = signing::Sign({.name = artifact.tag.ToString(),
                                        .kind = std::string(NameOf(artifact.kind)),
                                        .manifest = artifact.Manifest().digest,
                                        .files = artifact.digest},
                                       *key);
  if (!signature) return signature.error();
  Status written = signing::WriteSignature(SignaturesOf(*info, context), key->Id(), *signature);
  if (!written.ok()) return written;
  const bool is_model = artifact.kind == artifact::Kind::kModel;
  context.out << fmt::format("{}(tag=\"{}\") signed by {}\ndigest  {}\n",
                             is_model ? "Model" : "Bento", artifact.tag.ToString(), key->Id(),
                             artifact.Manifest().digest);
  return {};
}

template <typename Info>
void AddSign(CLI::App& parent, Context& context) {
  const auto args = std::make_shared<SignArgs>();
  const auto& kind = StoreOf<Info>(context).kind();
  CLI::App* const command =
      parent.add_subcommand("sign", fmt::format("Sign a {}, or what a registry has", kind.noun));
  command->footer(
      fmt::format("  {0} sign {1}:latest --key release\n"
                  "  {0} sign registry.example/team/{1}:v1",
                  kind.command, kExampleName<Info>));
  command
      ->add_option(
          "NAME", args->name,
          "a tag of the store, or HOST/PATH with :TAG or @sha256:… for what a registry has")
      ->required();
  command
      ->add_option("--key", args->key,
                   "a name of `ekiben keys list`, or a file; the only one there is")
      ->type_name("KEY");
  AddPasswordFile(*command, args->password_file);
  AddRegistryOptions(*command, args->registry, false);
  command->callback([args, &context] { context.status = RunSign<Info>(*args, context); });
}

template void AddSign<store::ModelInfo>(CLI::App& parent, Context& context);
template void AddSign<store::BentoInfo>(CLI::App& parent, Context& context);

}  // namespace ekiben::cli
