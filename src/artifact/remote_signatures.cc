// SPDX-License-Identifier: Apache-2.0
#include "artifact/remote_signatures.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "artifact/media_types.h"
#include "base/json_writer.h"
#include "base/sha256.h"
#include "codec/json_fields.h"
#include "registry/reference.h"

namespace ekiben::artifact {
namespace {

using codec::JsonFields;
using codec::JsonValue;
using signing::Signature;

constexpr std::string_view kPayloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr const char* kAnnotation = "dev.cosignproject.cosign/signature";
constexpr size_t kMaxPayload = 64 << 10;
constexpr size_t kMaxSignatures = 100;
// The members of the manifest that are written anew.
constexpr std::array<std::string_view, 4> kWritten = {"schemaVersion", "mediaType", "config",
                                                      "layers"};

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

// A layer as it is written in the manifest. cosign's have certificates and proofs of a log beside
// the signature, and others may lie there that are no signatures.
struct Layer {
  std::string json;
  registry::Descriptor payload;
};

// What is under the tag.
struct Signed {
  std::vector<Layer> layers;
  std::vector<std::pair<std::string, std::string>> others;  // Members of the manifest, as JSON.
};

Layer ReadLayer(const JsonValue& value, const JsonFields& fields) {
  Layer layer{.json = value.ToJson(),
              .payload = {.media_type = fields.StringOr("mediaType", ""),
                          .digest = fields.String("digest")}};
  layer.payload.size =
      static_cast<uint64_t>(fields.Int("size", 0, std::numeric_limits<int64_t>::max()));
  if (!registry::IsDigest(layer.payload.digest)) fields.Fail("digest", "expected sha256:<digits>");
  if (fields.Has("annotations")) {
    fields.Object("annotations", [&](const JsonFields& annotations) {
      layer.payload.annotations[kAnnotation] = annotations.StringOr(kAnnotation, "");
    });
  }
  return layer;
}

Result<Signed> ReadManifest(std::string_view text) {
  const auto document = JsonValue::Parse(text);
  if (!document) return Error(document.error());
  Status status;
  Signed read;
  const JsonFields fields(*document, "", status);
  const JsonValue* const layers = document->Find("layers");
  size_t next = 0;
  fields.Each("layers", [&](const JsonFields& layer) {
    read.layers.push_back(ReadLayer(layers->items()[next++], layer));
  });
  for (size_t i = 0; status.ok() && i < document->keys().size(); ++i) {
    const std::string& key = document->keys()[i];
    if (std::ranges::find(kWritten, key) == kWritten.end()) {
      read.others.emplace_back(key, document->items()[i].ToJson());
    }
  }
  if (!status.ok()) return Error(std::move(status));
  return read;
}

// Nothing where there is no such tag.
Result<Signed> ReadSigned(registry::Repository& repository, const std::string& manifest_digest) {
  const auto manifest = repository.GetManifest(TagOf(manifest_digest));
  if (!manifest && manifest.error().code() == Code::kNotFound) return Signed();
  if (!manifest) return Error(manifest.error());
  auto read = ReadManifest(manifest->bytes);
  if (!read) return Error(std::move(read).error().WithContext("the signatures' manifest"));
  return read;
}

Layer LayerOf(const Signature& signature) {
  Layer layer{.payload = PayloadOf(signature)};
  JsonWriter json;
  json.BeginObject()
      .Member("mediaType", layer.payload.media_type)
      .Key("size")
      .Int(static_cast<int64_t>(layer.payload.size))
      .Member("digest", layer.payload.digest);
  json.Key("annotations").BeginObject().Member(kAnnotation, signature.signature).EndObject();
  layer.json = json.EndObject().text();
  return layer;
}

// An image's config, as cosign writes one, with the payloads as its layers.
std::string ConfigOf(const Signed& all) {
  JsonWriter json;
  json.BeginObject().Member("architecture", "").Member("os", "");
  json.Key("config").BeginObject().EndObject();
  json.Key("rootfs").BeginObject().Member("type", "layers").Key("diff_ids").BeginArray();
  for (const Layer& one : all.layers) json.String(one.payload.digest);
  return json.EndArray().EndObject().EndObject().text();
}

registry::ManifestText ManifestOf(const Signed& all, const std::string& config) {
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
  for (const Layer& one : all.layers) json.Raw(one.json);
  json.EndArray();
  for (const auto& [key, value] : all.others) json.Key(key).Raw(value);
  json.EndObject();
  return {.media_type = std::string(kManifestType),
          .bytes = json.text(),
          .digest = ekiben::DigestOf(json.text())};
}

}  // namespace

Result<std::vector<Signature>> FetchSignatures(registry::Repository& repository,
                                               const std::string& manifest_digest) {
  const auto found = ReadSigned(repository, manifest_digest);
  if (!found) return Error(found.error());
  std::vector<Signature> signatures;
  for (const Layer& layer : found->layers) {
    const registry::Descriptor& payload = layer.payload;
    const auto signature = payload.annotations.find(kAnnotation);
    if (payload.media_type != kPayloadType || signature == payload.annotations.end()) continue;
    if (payload.size > kMaxPayload || signatures.size() == kMaxSignatures) continue;
    auto bytes = repository.GetBytes(payload, kMaxPayload);
    if (!bytes) return Error(std::move(bytes).error());
    signatures.push_back({.payload = *std::move(bytes), .signature = signature->second});
  }
  return signatures;
}

Status PushSignatures(registry::Repository& repository, const std::string& manifest_digest,
                      const std::vector<Signature>& signatures, registry::Progress& progress) {
  auto all = ReadSigned(repository, manifest_digest);
  if (!all) return all.error();
  const size_t there = all->layers.size();
  Status sent;
  for (const Signature& one : signatures) {
    Layer layer = LayerOf(one);
    const auto is_same = [&](const Layer& other) {
      return other.payload.digest == layer.payload.digest &&
             other.payload.annotations == layer.payload.annotations;
    };
    if (std::ranges::any_of(all->layers, is_same)) continue;
    if (sent.ok()) sent = repository.PutBytes(layer.payload, one.payload, progress);
    all->layers.push_back(std::move(layer));
  }
  if (all->layers.size() == there || !sent.ok()) return sent;
  const std::string config = ConfigOf(*all);
  const registry::Descriptor blob{.digest = ekiben::DigestOf(config), .size = config.size()};
  sent = repository.PutBytes(blob, config, progress);
  return sent.ok() ? repository.PutManifest(TagOf(manifest_digest), ManifestOf(*all, config))
                   : sent;
}

}  // namespace ekiben::artifact
