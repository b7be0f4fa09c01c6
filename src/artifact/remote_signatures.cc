// SPDX-License-Identifier: Apache-2.0
#include "artifact/remote_signatures.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "artifact/media_types.h"
#include "base/json_writer.h"
#include "base/sha256.h"
#include "codec/json_fields.h"

namespace ekiben::artifact {
namespace {

using codec::JsonFields;
using signing::Signature;

constexpr std::string_view kPayloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr const char* kAnnotation = "dev.cosignproject.cosign/signature";
constexpr size_t kMaxPayload = 64 << 10;
constexpr size_t kMaxSignatures = 100;

// "sha256-<digits>.sig"
std::string TagOf(std::string digest) {
  std::ranges::replace(digest, ':', '-');
  return digest + ".sig";
}

registry::Descriptor PayloadOf(const Signature& signature) {
  return {.media_type = std::string(kPayloadType),
          .digest = ekiben::DigestOf(signature.payload),
          .size = signature.payload.size(),
          .annotations = {{kAnnotation, signature.signature}}};
}

// An image's config, as cosign writes one, with the payloads as its layers.
std::string ConfigOf(const std::vector<Signature>& signatures) {
  JsonWriter json;
  json.BeginObject().Member("architecture", "").Member("os", "");
  json.Key("config").BeginObject().EndObject();
  json.Key("rootfs").BeginObject().Member("type", "layers").Key("diff_ids").BeginArray();
  for (const Signature& one : signatures) json.String(PayloadOf(one).digest);
  return json.EndArray().EndObject().EndObject().text();
}

registry::ManifestText ManifestOf(const std::vector<Signature>& signatures,
                                  const std::string& config) {
  JsonWriter json;
  json.BeginObject().Key("schemaVersion").Int(2).Member("mediaType", kManifestType);
  json.Key("config")
      .BeginObject()
      .Member("mediaType", kImageConfigType)
      .Key("size")
      .Int(static_cast<int64_t>(config.size()))
      .Member("digest", ekiben::DigestOf(config))
      .EndObject();
  json.Key("layers").BeginArray();
  for (const Signature& one : signatures) {
    const registry::Descriptor payload = PayloadOf(one);
    json.BeginObject()
        .Member("mediaType", payload.media_type)
        .Key("size")
        .Int(static_cast<int64_t>(payload.size))
        .Member("digest", payload.digest);
    json.Key("annotations").BeginObject().Member(kAnnotation, one.signature).EndObject();
    json.EndObject();
  }
  json.EndArray().EndObject();
  return {.media_type = std::string(kManifestType),
          .bytes = json.text(),
          .digest = ekiben::DigestOf(json.text())};
}

}  // namespace

Result<std::vector<Signature>> FetchSignatures(registry::Repository& repository,
                                               const std::string& manifest_digest) {
  std::vector<Signature> signatures;
  const auto manifest = repository.GetManifest(TagOf(manifest_digest));
  if (!manifest && manifest.error().code() == Code::kNotFound) return signatures;
  if (!manifest) return Error(manifest.error());
  const auto document = codec::JsonValue::Parse(manifest->bytes);
  if (!document) return Error(Status(document.error()).WithContext("the signatures' manifest"));
  Status status;
  std::vector<std::pair<registry::Descriptor, std::string>> found;
  const JsonFields fields(*document, "", status);
  fields.Each("layers", [&](const JsonFields& layer) {
    if (layer.StringOr("mediaType", "") != kPayloadType || found.size() == kMaxSignatures) return;
    registry::Descriptor payload{.digest = layer.String("digest")};
    payload.size = static_cast<uint64_t>(layer.Int("size", 0, kMaxPayload));
    layer.Object("annotations", [&](const JsonFields& annotations) {
      found.emplace_back(payload, annotations.StringOr(kAnnotation, ""));
    });
  });
  if (!status.ok()) return Error(std::move(status).WithContext("the signatures' manifest"));
  for (auto& [payload, signature] : found) {
    auto bytes = repository.GetBytes(payload, kMaxPayload);
    if (!bytes) return Error(std::move(bytes).error());
    signatures.push_back({.payload = *std::move(bytes), .signature = std::move(signature)});
  }
  return signatures;
}

Status PushSignatures(registry::Repository& repository, const std::string& manifest_digest,
                      const std::vector<Signature>& signatures, registry::Progress& progress) {
  auto all = FetchSignatures(repository, manifest_digest);
  if (!all) return all.error();
  const size_t there = all->size();
  for (const Signature& one : signatures) {
    const auto same = [&](const Signature& other) {
      return other.payload == one.payload && other.signature == one.signature;
    };
    if (std::ranges::none_of(*all, same)) all->push_back(one);
  }
  if (all->size() == there) return {};
  const std::string config = ConfigOf(*all);
  registry::Descriptor blob{.digest = ekiben::DigestOf(config), .size = config.size()};
  Status sent = repository.PutBytes(blob, config, progress);
  for (const Signature& one : *all) {
    blob = PayloadOf(one);
    if (sent.ok()) sent = repository.PutBytes(blob, one.payload, progress);
  }
  return sent.ok() ? repository.PutManifest(TagOf(manifest_digest), ManifestOf(*all, config))
                   : sent;
}

}  // namespace ekiben::artifact
