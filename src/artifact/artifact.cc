// SPDX-License-Identifier: Apache-2.0
#include "artifact/artifact.h"

#include <fmt/format.h>

#include "artifact/media_types.h"
#include "base/json_writer.h"
#include "base/sha256.h"

namespace ekiben::artifact {
namespace {

void WriteDescriptor(JsonWriter& json, const registry::Descriptor& blob) {
  json.BeginObject()
      .Member("mediaType", blob.media_type)
      .Member("digest", blob.digest)
      .Key("size")
      .Int(static_cast<int64_t>(blob.size));
  if (!blob.annotations.empty()) {
    json.Key("annotations").BeginObject();
    for (const auto& [key, value] : blob.annotations) json.Member(key, value);
    json.EndObject();
  }
  json.EndObject();
}

}  // namespace

std::string_view NameOf(Kind kind) { return kind == Kind::kModel ? "model" : "bento"; }

std::string Artifact::ConfigJson() const {
  JsonWriter json;
  json.BeginObject();
  json.Key("descriptor")
      .BeginObject()
      .Member("createdAt", store::ToIso(creation_time))
      .Member("name", tag.name)
      .Member("version", tag.version)
      .EndObject();
  json.Key("config").BeginObject();
  if (!module.empty()) json.Member("format", module);
  json.EndObject();
  json.Key("modelfs").BeginObject().Member("type", "layers").Key("diffIds").BeginArray();
  for (const Layer& layer : layers) json.String(layer.diff_id);
  json.EndArray().EndObject();
  json.Key("ekiben")
      .BeginObject()
      .Key("format")
      .Int(1)
      .Member("kind", NameOf(kind))
      .Member("digest", digest)
      .Key("models_inside")
      .Bool(has_models_inside)
      .EndObject();
  json.EndObject();
  return json.text();
}

registry::ManifestText Artifact::Manifest() const {
  const std::string config = ConfigJson();
  const bool is_model = kind == Kind::kModel;
  JsonWriter json;
  json.BeginObject()
      .Key("schemaVersion")
      .Int(2)
      .Member("mediaType", kManifestType)
      .Member("artifactType", is_model ? kModelType : kBentoType);
  json.Key("config");
  WriteDescriptor(json, {.media_type = std::string(is_model ? kModelConfigType : kBentoConfigType),
                         .digest = ekiben::DigestOf(config),
                         .size = config.size()});
  json.Key("layers").BeginArray();
  for (const Layer& layer : layers) WriteDescriptor(json, layer.blob);
  json.EndArray();
  json.Key("annotations")
      .BeginObject()
      .Member("org.opencontainers.image.created", store::ToIso(creation_time))
      .Member("org.opencontainers.image.title", tag.name)
      .Member("org.opencontainers.image.version", tag.version)
      .EndObject();
  json.EndObject();
  return {.media_type = std::string(kManifestType),
          .bytes = json.text(),
          .digest = ekiben::DigestOf(json.text())};
}

}  // namespace ekiben::artifact
