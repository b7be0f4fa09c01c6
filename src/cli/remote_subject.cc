// SPDX-License-Identifier: Apache-2.0
#include "cli/remote_subject.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "artifact/artifact.h"

namespace ekiben::cli {
namespace {

RemoteSubject ImageSubject(const registry::Reference& name, const std::string& digest) {
  return {.statement = {.name = fmt::format("{}/{}", name.Host(), name.Path()), .manifest = digest},
          .expected = {.what = fmt::format("image '{}'", name.ToString()), .manifest = digest}};
}

}  // namespace

RemoteSubject SubjectOf(const artifact::Remote& remote) {
  const std::string_view kind = NameOf(remote.artifact.kind);
  const std::string tag = remote.artifact.tag.ToString();
  return {.statement = {.name = tag,
                        .kind = std::string(kind),
                        .manifest = remote.manifest.digest,
                        .files = remote.artifact.digest},
          .expected = {.what = fmt::format("{} '{}'", kind, tag),
                       .manifest = remote.manifest.digest,
                       .files = remote.artifact.digest}};
}

Result<RemoteSubject> ReadSubject(registry::Repository& repository) {
  const registry::Reference& name = repository.where();
  auto manifest = repository.GetManifest(name.Wanted());
  if (!manifest) return Error(std::move(manifest).error());
  if (!artifact::IsArtifact(*manifest)) return ImageSubject(name, manifest->digest);
  const auto remote = artifact::Look(repository, *std::move(manifest));
  return remote ? Result<RemoteSubject>(SubjectOf(*remote)) : Error(remote.error());
}

}  // namespace ekiben::cli
