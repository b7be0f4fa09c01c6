// SPDX-License-Identifier: Apache-2.0
// ekiben [models] pull NAME [-f] [--plain-http] [-t N]
#include "cli/pull.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "artifact/kept_signatures.h"
#include "artifact/transfer.h"
#include "base/sha256.h"
#include "cli/remote_subject.h"
#include "cli/report.h"
#include "cli/transfer_view.h"
#include "cli/verify.h"
#include "registry/repository.h"
#include "signing/signature_files.h"

namespace ekiben::cli {
namespace {

using artifact::Artifact;
using artifact::Kind;

constexpr size_t kMostNamed = 5;       // Tags, in a hint.
constexpr size_t kSignatureName = 16;  // Digits.

std::string Shown(const Artifact& artifact) {
  return fmt::format("{}(tag=\"{}\")", artifact.kind == Kind::kModel ? "Model" : "Bento",
                     artifact.tag.ToString());
}

// The digest of the files of that tag in the store; nothing where there is none.
template <typename Store>
Result<std::optional<std::string>> DigestIn(const Store& store, const store::Tag& tag) {
  const auto info = store.Get(tag.ToString());
  if (!info && info.error().code() == Code::kNotFound) return std::nullopt;
  if (!info) return Error(info.error());
  // A tag that is not there may be the beginning of one that is.
  if (info->tag != tag) return std::nullopt;
  auto digest = artifact::DigestOf(*info);
  return digest ? Result<std::optional<std::string>>(*std::move(digest)) : Error(digest.error());
}

// Whether it is in the store. Another of the same tag makes room only by force.
Result<bool> IsThere(const Artifact& artifact, bool force, Context& context) {
  const bool is_model = artifact.kind == Kind::kModel;
  const auto digest =
      is_model ? DigestIn(context.store, artifact.tag) : DigestIn(context.bentos, artifact.tag);
  if (!digest) return Error(digest.error());
  if (!*digest) return false;
  if (**digest == artifact.digest) return true;
  if (force) return false;
  return Error(
      FailedPrecondition(fmt::format("{} '{}' is in the store with other files than the registry's",
                                     NameOf(artifact.kind), artifact.tag.ToString()))
          .WithHint("--force replaces it"));
}

// Which tags there are instead of the one that is not.
Status WithTags(Status status, registry::Repository& repository) {
  if (status.code() != Code::kNotFound || !repository.where().digest.empty()) return status;
  auto tags = repository.Tags();
  if (!tags || tags->empty()) return status;
  const size_t more = tags->size() - std::min(tags->size(), kMostNamed);
  tags->resize(tags->size() - more);
  return std::move(status).WithHint(
      fmt::format("there are: {}{}", fmt::join(*tags, ", "),
                  more == 0 ? "" : fmt::format(" and {} more", more)));
}

// The signatures that came with it, where the mode lets it in.
Result<std::vector<signing::Signature>> CheckRemote(registry::Repository& repository,
                                                    const artifact::Remote& remote,
                                                    const TrustArgs& args, Context& context) {
  const auto mode = ModeOf(args);
  if (!mode) return Error(mode.error());
  const signing::Expected expected = SubjectOf(remote).expected;
  auto trust = VerifyRemote(repository, expected, args, context);
  const bool is_off = *mode == signing::Mode::kOff;
  if (!trust) {
    if (is_off) return std::vector<signing::Signature>();
    return Error(std::move(trust).error());
  }
  Status judged = is_off ? Status() : Judge(*mode, trust->verified, expected.what, context);
  if (!judged.ok()) return Error(std::move(judged));
  return std::move(trust->signatures);
}

// Keeps them beside the store, so that they can be verified when it is served.
Status KeepSignatures(const Artifact& artifact, const std::vector<signing::Signature>& signatures,
                      const Context& context) {
  const auto folder =
      signing::SignatureFolder(context.store.home(), std::string(NameOf(artifact.kind)),
                               artifact.tag.name, artifact.tag.version);
  for (const signing::Signature& one : signatures) {
    const std::string name = Sha256Of(one.signature).substr(0, kSignatureName);
    if (Status kept = signing::WriteSignature(folder, name, one); !kept.ok()) return kept;
  }
  return {};
}

}  // namespace

Status RunPull(const PullArgs& args, Context& context) {
  const auto name = RemoteName(args.name, DefaultRegistry());
  if (!name) return name.error();
  TrustArgs trust = args.trust;
  if (Status read = ReadConfigured(trust); !read.ok()) return read;
  registry::Repository repository(*name, ToSessionOptions(args.registry));
  const auto remote = artifact::Look(repository, name->Wanted());
  if (!remote) return WithTags(remote.error(), repository);
  const Artifact& artifact = remote->artifact;
  if (args.only && artifact.kind != *args.only) {
    return FailedPrecondition(fmt::format("'{}' is a {}", name->ToString(), NameOf(artifact.kind)))
        .WithHint(fmt::format("`ekiben pull {}` takes it", name->ToString()));
  }
  const auto signatures = CheckRemote(repository, *remote, trust, context);
  if (!signatures) return signatures.error();
  const auto there = IsThere(artifact, args.force, context);
  if (!there) return there.error();
  if (!*there) {
    TransferView view(context.err, context.color);
    Status received = artifact::Receive(repository, artifact, context.store.home(), view,
                                        {.replace = args.force, .parallel = args.registry.threads});
    if (!received.ok()) return received;
  }
  if (Status kept = KeepSignatures(artifact, artifact::ToKeep(*signatures, *remote), context);
      !kept.ok())
    return kept;
  context.out << fmt::format("{} {} {}\ndigest  {}\n", Shown(artifact),
                             *there ? "is in the store; it is" : "pulled from", name->ToString(),
                             remote->manifest.digest);
  return {};
}

void AddPull(CLI::App& parent, std::optional<Kind> kind, Context& context) {
  const auto args = std::make_shared<PullArgs>();
  args->only = kind;
  CLI::App* const command = parent.add_subcommand(
      "pull", kind ? fmt::format("Take a {} of a registry into the store", NameOf(*kind))
                   : "Take a bento or a model of a registry into the store");
  command->footer(
      "  ekiben pull registry.example/team/iris_classifier:hrcxybszzsm3khqa\n"
      "  EKIBEN_REGISTRY=registry.example/team ekiben pull iris_classifier");
  command
      ->add_option("NAME", args->name,
                   "HOST/PATH with :TAG or @sha256:…; `latest` where neither is named")
      ->required();
  command->add_flag("-f,--force", args->force, "replace what has its tag in the store");
  AddTrustOptions(*command, args->trust);
  AddRegistryOptions(*command, args->registry, true);
  command->callback([args, &context] { context.status = RunPull(*args, context); });
}

}  // namespace ekiben::cli
