// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "artifact/artifact.h"
#include "artifact/media_types.h"
#include "codec/json_fields.h"
#include "registry/reference.h"

namespace ekiben::artifact {
namespace {

using codec::JsonFields;
using codec::JsonValue;

constexpr size_t kMaxLayers = 1000;

registry::Descriptor ReadDescriptor(const JsonFields& fields) {
  registry::Descriptor blob{.media_type = fields.StringOr("mediaType", ""),
                            .digest = fields.String("digest")};
  blob.size = static_cast<uint64_t>(fields.Int("size", 0, std::numeric_limits<int64_t>::max()));
  if (!registry::IsDigest(blob.digest)) fields.Fail("digest", "expected sha256:<64 digits>");
  if (fields.Has("annotations")) {
    fields.Object("annotations", [&](const JsonFields& annotations) {
      for (const std::string& name : annotations.Names()) {
        blob.annotations.emplace(name, annotations.String(name));
      }
    });
  }
  return blob;
}

// "models/NAME/VERSION" as a tag. Nothing where it is anything else.
std::optional<store::Tag> TagOf(std::string_view path) {
  constexpr std::string_view kModels = "models/";
  if (!path.starts_with(kModels)) return std::nullopt;
  path.remove_prefix(kModels.size());
  const size_t slash = path.find('/');
  if (slash == path.npos) return std::nullopt;
  store::Tag tag{.name = std::string(path.substr(0, slash)),
                 .version = std::string(path.substr(slash + 1))};
  const bool fits = store::IsTagPart(tag.name) && store::IsTagPart(tag.version);
  return fits && tag.version != store::kLatest ? std::optional(std::move(tag)) : std::nullopt;
}

Layer ReadLayer(const JsonFields& fields) {
  Layer layer{.blob = ReadDescriptor(fields)};
  const auto path = layer.blob.annotations.find(std::string(kFilePath));
  const std::string where = path == layer.blob.annotations.end() ? "" : path->second;
  if (where != kBentoPath) layer.model = TagOf(where);
  if (where != kBentoPath && !layer.model) {
    fields.Fail("annotations",
                fmt::format("expected {} to be '.' or models/NAME/VERSION", kFilePath));
  }
  return layer;
}

// What is there instead of a bento or a model.
Status OtherThing(const JsonFields& fields, std::string_view config_type) {
  if (fields.Has("manifests")) {
    return FailedPrecondition("it is an index of several images, and no bento or model")
        .WithHint("`podman pull` or `docker pull` takes images");
  }
  if (config_type == kImageConfigType || config_type.contains("docker.container.image")) {
    return FailedPrecondition("it is a container image, and no bento or model")
        .WithHint("`podman pull` or `docker pull` takes images");
  }
  return FailedPrecondition("it is neither a bento nor a model of ekiben");
}

Status CheckLayers(const ManifestParts& parts) {
  std::set<std::string> models;
  size_t bentos = 0;
  for (const Layer& layer : parts.layers) {
    if (!layer.model) {
      ++bentos;
    } else if (!models.insert(layer.model->ToString()).second) {
      return InvalidArgument(fmt::format("layers: '{}' is there twice", layer.model->ToString()));
    }
  }
  const bool is_model = parts.kind == Kind::kModel;
  if (is_model ? models.size() == 1 && bentos == 0 : bentos == 1) return {};
  return InvalidArgument(fmt::format("layers: a {} has not {} of models and {} others",
                                     NameOf(parts.kind), models.size(), bentos));
}

bool IsOurs(std::string_view type) { return type == kModelType || type == kBentoType; }

}  // namespace

bool IsArtifact(const registry::ManifestText& manifest) {
  const auto document = JsonValue::Parse(manifest.bytes);
  const JsonValue* const type = document ? document->Find("artifactType") : nullptr;
  return type != nullptr && IsOurs(type->text());
}

Result<ManifestParts> ParseManifest(const registry::ManifestText& manifest) {
  const auto document = JsonValue::Parse(manifest.bytes);
  if (!document) return Error(Status(document.error()).WithContext("the manifest"));
  Status status;
  const JsonFields fields(*document, "", status);
  ManifestParts parts;
  const std::string type = fields.StringOr("artifactType", "");
  std::string config_type;
  if (const JsonValue* const config = document->Find("config"); config != nullptr) {
    const JsonValue* const media = config->Find("mediaType");
    if (media != nullptr) config_type = media->text();
  }
  if (!IsOurs(type)) return Error(OtherThing(fields, config_type));
  parts.kind = type == kModelType ? Kind::kModel : Kind::kBento;
  fields.Object("config", [&](const JsonFields& config) { parts.config = ReadDescriptor(config); });
  fields.Each("layers", [&](const JsonFields& layer) {
    if (parts.layers.size() < kMaxLayers) {
      parts.layers.push_back(ReadLayer(layer));
    } else {
      fields.Fail("layers", fmt::format("more than {}", kMaxLayers));
    }
  });
  if (status.ok()) status = CheckLayers(parts);
  if (!status.ok()) return Error(std::move(status).WithContext("the manifest"));
  return parts;
}

Result<Artifact> ParseArtifact(ManifestParts parts, std::string_view config_json) {
  const auto document = JsonValue::Parse(config_json, {.max_bytes = kMaxConfig});
  if (!document) return Error(Status(document.error()).WithContext("the config"));
  Status status;
  const JsonFields fields(*document, "", status);
  if (!fields.Has("ekiben")) {
    return Error(FailedPrecondition("it is a model that another program has packed")
                     .WithHint("`ekiben models import` takes an .onnx file"));
  }
  Artifact artifact{.kind = parts.kind, .layers = std::move(parts.layers)};
  fields.Object("descriptor", [&](const JsonFields& about) {
    artifact.tag = {.name = about.String("name"), .version = about.String("version")};
    const auto created = store::ParseCreationTime(about.String("createdAt"));
    if (!created) about.Fail("createdAt", "expected a time");
    artifact.creation_time = created.value_or(store::CreationTime());
  });
  fields.Object("config",
                [&](const JsonFields& config) { artifact.module = config.StringOr("format", ""); });
  fields.Object("modelfs", [&](const JsonFields& files) {
    const auto ids = files.Strings("diffIds");
    if (ids.size() != artifact.layers.size()) files.Fail("diffIds", "expected one for each layer");
    for (size_t i = 0; i < std::min(ids.size(), artifact.layers.size()); ++i) {
      artifact.layers[i].diff_id = ids[i];
    }
  });
  fields.Object("ekiben", [&](const JsonFields& ours) {
    if (ours.Int("format", 1, std::numeric_limits<int64_t>::max()) != 1) {
      ours.Fail("format", "made by a newer version of ekiben");
    }
    if (ours.String("kind") != NameOf(artifact.kind)) ours.Fail("kind", "not that of the manifest");
    artifact.digest = ours.String("digest");
    artifact.has_models_inside = ours.Bool("models_inside");
    if (!registry::IsDigest(artifact.digest)) ours.Fail("digest", "expected sha256:<64 digits>");
  });
  const bool is_tag = store::IsTagPart(artifact.tag.name) &&
                      store::IsTagPart(artifact.tag.version) &&
                      artifact.tag.version != store::kLatest;
  if (status.ok() && !is_tag) status = InvalidArgument("descriptor: name and version are no tag");
  if (status.ok() && artifact.kind == Kind::kModel && artifact.layers[0].model != artifact.tag) {
    status = InvalidArgument("descriptor: the layer is another model's");
  }
  if (!status.ok()) return Error(std::move(status).WithContext("the config"));
  return artifact;
}

}  // namespace ekiben::artifact
