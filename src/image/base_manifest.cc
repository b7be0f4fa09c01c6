// SPDX-License-Identifier: Apache-2.0
#include "image/base_manifest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codec/json_fields.h"
#include "image/blob_writer.h"
#include "registry/reference.h"

namespace ekiben::image {
namespace {

using codec::JsonFields;

constexpr std::array kIndexTypes = {"application/vnd.oci.image.index.v1+json",
                                    "application/vnd.docker.distribution.manifest.list.v2+json"};
constexpr const char* kTarLayer = "application/vnd.oci.image.layer.v1.tar";
constexpr const char* kZstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd";

struct LayerType {
  std::string_view name;
  const char* oci;
  archive::Form form;
};
constexpr std::array kLayerTypes = {
    LayerType{kGzipLayer, kGzipLayer, archive::Form::kGzip},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar.gzip", kGzipLayer,
              archive::Form::kGzip},
    LayerType{kZstdLayer, kZstdLayer, archive::Form::kZstd},
    LayerType{kTarLayer, kTarLayer, archive::Form::kTar},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar", kTarLayer, archive::Form::kTar}};
constexpr size_t kMaxLayers = 500;
constexpr size_t kMaxNamed = 12;  // Platforms, in an error.

// Reads a document's members; the status has the first mistake.
template <typename Document>
Result<Document> Read(std::string_view json, std::string_view what,
                      const std::function<void(const JsonFields&, Document&)>& read) {
  const auto value = codec::JsonValue::Parse(json);
  Document document;
  Status status = value ? Status() : Status(value.error());
  if (value) read(JsonFields(*value, "", status), document);
  if (status.ok()) return document;
  return Error(std::move(status).WithContext(fmt::format("the {} cannot be read", what)));
}

registry::Descriptor ReadDescriptor(const JsonFields& fields) {
  registry::Descriptor blob{.media_type = fields.StringOr("mediaType", ""),
                            .digest = fields.String("digest")};
  blob.size = static_cast<uint64_t>(fields.Int("size", 0, std::numeric_limits<int64_t>::max()));
  if (!registry::IsDigest(blob.digest)) fields.Fail("digest", "expected sha256:<64 digits>");
  return blob;
}

struct Choice {
  std::string platform = {}, digest = {};
};

}  // namespace

Result<std::string> PlatformOf(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view os = text.substr(0, slash);
  std::string_view architecture = slash == text.npos ? "" : text.substr(slash + 1);
  if (architecture == "x86_64") architecture = "amd64";
  if (architecture == "aarch64") architecture = "arm64";
  if (os == "linux" && !architecture.empty() && !architecture.contains('/')) {
    return fmt::format("linux/{}", architecture);
  }
  return Error(InvalidArgument(fmt::format("'{}' is no platform of an image", text))
                   .WithHint("linux/amd64 or linux/arm64"));
}

bool IsIndex(std::string_view media_type) {
  return std::ranges::find(kIndexTypes, media_type) != kIndexTypes.end();
}

Result<std::string> ChooseImage(std::string_view index_json, std::string_view platform) {
  using Choices = std::vector<Choice>;
  const auto choices =
      Read<Choices>(index_json, "list of images", [](const JsonFields& index, Choices& found) {
        index.Each("manifests", [&](const JsonFields& one) {
          Choice choice{.digest = ReadDescriptor(one).digest};
          if (!one.Has("platform")) return;
          one.Object("platform", [&](const JsonFields& fields) {
            choice.platform = fields.String("os") + "/" + fields.String("architecture");
          });
          found.push_back(std::move(choice));
        });
      });
  if (!choices) return Error(choices.error());
  const auto found = std::ranges::find(*choices, platform, &Choice::platform);
  if (found != choices->end()) return found->digest;
  std::vector<std::string> names;
  for (const Choice& choice : *choices) {
    const bool is_new = std::ranges::find(names, choice.platform) == names.end();
    if (is_new && names.size() < kMaxNamed) names.push_back(choice.platform);
  }
  return Error(NotFound(
      fmt::format("there is no image for {}, but for: {}", platform, fmt::join(names, ", "))));
}

Result<BaseManifest> ParseBaseManifest(std::string_view json) {
  auto manifest =
      Read<BaseManifest>(json, "manifest", [](const JsonFields& fields, BaseManifest& read) {
        fields.Object("config", [&](const JsonFields& one) { read.config = ReadDescriptor(one); });
        fields.Each("layers",
                    [&](const JsonFields& one) { read.layers.push_back(ReadDescriptor(one)); });
        if (read.layers.size() > kMaxLayers) fields.Fail("layers", "there are too many");
        if (read.layers.empty()) fields.Fail("layers", "there are none");
      });
  if (!manifest) return manifest;
  for (registry::Descriptor& layer : manifest->layers) {
    const auto type = std::ranges::find(kLayerTypes, layer.media_type, &LayerType::name);
    if (type != kLayerTypes.end()) {
      layer.media_type = type->oci;
      continue;
    }
    return Error(FailedPrecondition(fmt::format("its layer {} is of the kind '{}', and not a tar, "
                                                "plain or packed with gzip or zstd",
                                                layer.digest, layer.media_type.substr(0, 80)))
                     .WithHint("--backend docker|podman|buildah builds upon it"));
  }
  return manifest;
}

archive::Form FormOfLayer(std::string_view media_type) {
  const auto type = std::ranges::find(kLayerTypes, media_type, &LayerType::name);
  return type != kLayerTypes.end() ? type->form : archive::Form::kGzip;
}

Result<BaseConfig> ParseBaseConfig(std::string_view json) {
  return Read<BaseConfig>(json, "config", [](const JsonFields& fields, BaseConfig& read) {
    read.platform = fields.String("os") + "/" + fields.String("architecture");
    if (fields.Has("config")) {
      fields.Object("config", [&](const JsonFields& run) {
        read.environment = run.Strings("Env");
        if (!run.Has("Labels")) return;
        run.Object("Labels", [&](const JsonFields& labels) {
          for (const std::string& name : labels.Names()) {
            read.labels.emplace(name, labels.StringOr(name, ""));
          }
        });
      });
    }
    fields.Object("rootfs",
                  [&](const JsonFields& one) { read.diff_ids = one.Strings("diff_ids"); });
    for (const std::string& id : read.diff_ids) {
      if (!registry::IsDigest(id)) fields.Fail("rootfs", "expected diff_ids to be digests");
    }
  });
}

}  // namespace ekiben::image
