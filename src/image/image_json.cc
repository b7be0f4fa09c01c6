// SPDX-License-Identifier: Apache-2.0
#include "image/image_json.h"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/sha256.h"

namespace ekiben::image {
namespace {

constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";

// The config of what needs none.
constexpr std::string_view kEmptyType = "application/vnd.oci.empty.v1+json";

// What docker and podman call an image that they load, and what others find it by.
constexpr std::string_view kNameKey = "io.containerd.image.name";
constexpr std::string_view kTagKey = "org.opencontainers.image.ref.name";

void Texts(JsonWriter& json, std::string_view key, std::span<const std::string> texts) {
  json.Key(key).BeginArray();
  for (const std::string& text : texts) json.String(text);
  json.EndArray();
}

void Seconds(JsonWriter& json, std::string_view key, std::chrono::seconds time) {
  json.Key(key).Int(std::chrono::nanoseconds(time).count());
}

void WriteHealthcheck(JsonWriter& json, const Healthcheck& check) {
  std::vector<std::string> test = {"CMD"};
  test.insert(test.end(), check.command.begin(), check.command.end());
  json.Key("Healthcheck").BeginObject();
  Texts(json, "Test", test);
  Seconds(json, "Interval", check.interval);
  Seconds(json, "Timeout", check.timeout);
  Seconds(json, "StartPeriod", check.start_period);
  json.EndObject();
}

void WriteRun(JsonWriter& json, const ImageConfig& config) {
  json.Key("config").BeginObject();
  json.Member("User", config.user);
  json.Key("ExposedPorts").BeginObject();
  for (const std::string& port : config.ports) json.Key(port).BeginObject().EndObject();
  json.EndObject();
  Texts(json, "Env", config.environment);
  Texts(json, "Entrypoint", config.entrypoint);
  Texts(json, "Cmd", config.command);
  if (!config.healthcheck.command.empty()) WriteHealthcheck(json, config.healthcheck);
  json.Member("WorkingDir", config.working_folder);
  json.Key("Labels").BeginObject();
  for (const auto& [key, value] : config.labels) json.Member(key, value);
  json.EndObject();
  json.Member("StopSignal", config.stop_signal);
  json.EndObject();
}

JsonWriter& BeginDescriptor(JsonWriter& json, std::string_view type, std::string_view digest,
                            uint64_t size) {
  return json.BeginObject()
      .Member("mediaType", type)
      .Member("digest", digest)
      .Key("size")
      .Int(static_cast<int64_t>(size));
}

}  // namespace

std::string Rfc3339(int64_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string BlobPath(std::string_view digest) {
  return fmt::format("blobs/sha256/{}", digest.substr(digest.find(':') + 1));
}

std::string ConfigJson(const ImageConfig& config, std::span<const ImageLayer> layers) {
  const std::string created = Rfc3339(config.created);
  JsonWriter json;
  json.BeginObject().Member("created", created);
  json.Member("architecture", config.architecture).Member("os", "linux");
  WriteRun(json, config);
  json.Key("rootfs").BeginObject().Member("type", "layers").Key("diff_ids").BeginArray();
  for (const ImageLayer& layer : layers) json.String(layer.blob.diff_id);
  json.EndArray().EndObject();
  json.Key("history").BeginArray();
  for (const ImageLayer& layer : layers) {
    json.BeginObject().Member("created", created).Member("created_by", layer.made_by).EndObject();
  }
  json.EndArray().EndObject();
  return json.text();
}

std::string ManifestJson(std::string_view config_json, std::span<const ImageLayer> layers) {
  JsonWriter json;
  json.BeginObject().Key("schemaVersion").Int(2).Member("mediaType", kManifestType).Key("config");
  BeginDescriptor(json, kConfigType, DigestOf(config_json), config_json.size()).EndObject();
  json.Key("layers").BeginArray();
  for (const ImageLayer& layer : layers) {
    BeginDescriptor(json, layer.blob.media_type, layer.blob.digest, layer.blob.size).EndObject();
  }
  json.EndArray().EndObject();
  return json.text();
}

std::string AttachmentJson(const Attachment& attachment, std::string_view image_json) {
  JsonWriter json;
  json.BeginObject().Key("schemaVersion").Int(2).Member("mediaType", kManifestType);
  json.Member("artifactType", attachment.type).Key("config");
  BeginDescriptor(json, kEmptyType, DigestOf(kEmptyJson), kEmptyJson.size()).EndObject();
  json.Key("layers").BeginArray();
  BeginDescriptor(json, attachment.type, DigestOf(attachment.content), attachment.content.size());
  json.EndObject().EndArray().Key("subject");
  BeginDescriptor(json, kManifestType, DigestOf(image_json), image_json.size()).EndObject();
  json.EndObject();
  return json.text();
}

std::string ReferrersJson(std::span<const Attachment> attachments, std::string_view image_json) {
  JsonWriter json;
  json.BeginObject().Key("schemaVersion").Int(2).Member("mediaType", kIndexType);
  json.Key("manifests").BeginArray();
  for (const Attachment& attachment : attachments) {
    const std::string manifest = AttachmentJson(attachment, image_json);
    BeginDescriptor(json, kManifestType, DigestOf(manifest), manifest.size());
    json.Member("artifactType", attachment.type).EndObject();
  }
  json.EndArray().EndObject();
  return json.text();
}

std::string ReferrersTag(std::string_view image_json) {
  std::string tag = DigestOf(image_json);
  tag[tag.find(':')] = '-';
  return tag;
}

std::string IndexJson(std::string_view manifest_json, const ImageConfig& config,
                      std::span<const registry::Reference> names, bool full_names,
                      std::string_view referrers_json) {
  JsonWriter json;
  json.BeginObject().Key("schemaVersion").Int(2).Member("mediaType", kIndexType);
  json.Key("manifests").BeginArray();
  for (const registry::Reference& name : names) {
    BeginDescriptor(json, kManifestType, DigestOf(manifest_json), manifest_json.size());
    json.Key("platform").BeginObject().Member("architecture", config.architecture);
    json.Member("os", "linux").EndObject();
    json.Key("annotations").BeginObject();
    if (full_names) json.Member(kNameKey, name.Full());
    json.Member(kTagKey, name.tag).EndObject().EndObject();
  }
  if (!referrers_json.empty()) {
    BeginDescriptor(json, kIndexType, DigestOf(referrers_json), referrers_json.size());
    json.Key("annotations").BeginObject().Member(kTagKey, ReferrersTag(manifest_json));
    json.EndObject().EndObject();
  }
  json.EndArray().EndObject();
  return json.text();
}

std::string DockerManifestJson(std::string_view config_json, std::span<const ImageLayer> layers,
                               std::span<const registry::Reference> names) {
  JsonWriter json;
  json.BeginArray().BeginObject().Member("Config", BlobPath(DigestOf(config_json)));
  json.Key("RepoTags").BeginArray();
  for (const registry::Reference& name : names) json.String(name.ToString());
  json.EndArray().Key("Layers").BeginArray();
  for (const ImageLayer& layer : layers) json.String(BlobPath(layer.blob.digest));
  json.EndArray().EndObject().EndArray();
  return json.text();
}

}  // namespace ekiben::image
