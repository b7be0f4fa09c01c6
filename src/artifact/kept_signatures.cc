// SPDX-License-Identifier: Apache-2.0
#include "artifact/kept_signatures.h"

#include <utility>

#include "base/sha256.h"

namespace ekiben::artifact {
namespace {

using signing::Signature;

// The digest of the files that the manifest stands for; empty where nothing leads there.
std::string FilesOf(const Signature& signature) {
  if (signature.manifest.empty()) return "";
  auto parts = ParseManifest({.bytes = signature.manifest});
  if (!parts || parts->config.digest != ekiben::DigestOf(signature.config)) return "";
  const auto artifact = ParseArtifact(*std::move(parts), signature.config);
  return artifact ? artifact->digest : "";
}

}  // namespace

std::vector<Signature> ToKeep(std::vector<Signature> signatures, const Remote& remote) {
  for (Signature& one : signatures) {
    const auto statement = signing::Statement::Parse(one.payload);
    if (!statement || !statement->files.empty()) continue;
    one.manifest = remote.manifest.bytes;
    one.config = remote.config;
  }
  return signatures;
}

Result<std::string> VerifyKept(std::span<const Signature> signatures,
                               std::span<const signing::PublicKey> keys,
                               const signing::Expected& expected) {
  auto verified = signing::Verify(signatures, keys, expected);
  for (const Signature& one : signatures) {
    if (verified) break;
    if (FilesOf(one) != expected.files) continue;
    signing::Expected by_manifest = expected;
    by_manifest.manifest = ekiben::DigestOf(one.manifest);
    auto again = signing::Verify(std::span(&one, 1), keys, by_manifest);
    if (again) verified = std::move(again);
  }
  return verified;
}

}  // namespace ekiben::artifact
