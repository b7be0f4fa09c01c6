// SPDX-License-Identifier: Apache-2.0
#include "cli/image_push.h"

#include <map>
#include <string>
#include <utility>

#include "base/sha256.h"
#include "cli/transfer_view.h"
#include "registry/push.h"
#include "registry/referrers.h"
#include "registry/repository.h"

namespace ekiben::cli {
namespace {

registry::Descriptor BlobOf(std::string digest, uint64_t size, const std::string& title) {
  return {.digest = std::move(digest),
          .size = size,
          .annotations = {{"org.opencontainers.image.title", title}}};
}

registry::ManifestText ManifestOf(std::string json) {
  std::string digest = DigestOf(json);
  return {.media_type = std::string(image::kManifestType),
          .bytes = std::move(json),
          .digest = std::move(digest)};
}

registry::Pushed PushedOf(const image::Image& made) {
  registry::Pushed pushed{.manifest = ManifestOf(made.manifest_json), .config = made.config_json};
  for (size_t i = 0; i < made.files.size(); ++i) {
    const image::ImageLayer& layer = made.layers[i];
    pushed.blobs.push_back(
        {.blob = BlobOf(layer.blob.digest, layer.blob.size, layer.made_by), .file = made.files[i]});
  }
  return pushed;
}

std::vector<registry::Referrer> ReferrersOf(const image::Image& made) {
  std::vector<registry::Referrer> referrers;
  for (const image::Attachment& one : made.attachments) {
    registry::Pushed pushed{.manifest = ManifestOf(AttachmentJson(one, made.manifest_json)),
                            .config = std::string(image::kEmptyJson)};
    pushed.blobs.push_back({.blob = BlobOf(DigestOf(one.content), one.content.size(), one.type),
                            .bytes = one.content});
    referrers.push_back({.type = one.type, .artifact = std::move(pushed)});
  }
  return referrers;
}

}  // namespace

Result<std::vector<registry::Reference>> NamesInRegistry(std::span<const registry::Reference> names,
                                                         std::string_view default_registry) {
  std::vector<registry::Reference> all;
  for (const registry::Reference& name : names) {
    auto remote = RemoteName(name.ToString(), default_registry);
    if (!remote) return Error(std::move(remote).error().WithContext("--push"));
    all.push_back(*std::move(remote));
  }
  return all;
}

Status PushImage(const image::Image& made, std::span<const registry::Reference> names,
                 const RegistryArgs& args, Context& context) {
  std::map<std::string, std::vector<registry::Reference>> by_repository;
  for (const registry::Reference& name : names) by_repository[name.repository].push_back(name);
  const registry::Pushed pushed = PushedOf(made);
  const std::vector<registry::Referrer> referrers = ReferrersOf(made);
  TransferView view(context.err, context.terminal);
  for (const auto& [ignored, those] : by_repository) {
    registry::Repository repository(those.front(), ToSessionOptions(args), context.store.home());
    Status sent = registry::Push(repository, pushed, {}, view, args.threads);
    if (sent.ok()) {
      sent = registry::PushReferrers(repository, pushed.manifest.digest, referrers, view);
    }
    for (auto name = those.begin(); sent.ok() && name != those.end(); ++name) {
      sent = repository.PutManifest(name->tag, pushed.manifest);
    }
    if (!sent.ok()) return sent;
  }
  return {};
}

}  // namespace ekiben::cli
