// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/blob_writer.h"
#include "registry/reference.h"

// The JSON documents of an image, as the OCI image specification has them. Each is made of plain
// values, and the same values give the same bytes.
namespace ekiben::image {

// What is run to see whether a container is well. Part of docker's form of a config, which podman
// reads as well; others leave it alone.
struct Healthcheck {
  std::vector<std::string> command = {};
  std::chrono::seconds interval{30};
  std::chrono::seconds timeout{5};
  std::chrono::seconds start_period{30};
};

// How an image is run, and what is said of it.
struct ImageConfig {
  std::string architecture = "amd64";  // As Go calls it.
  int64_t created = 0;                 // Seconds since 1970.
  std::vector<std::string> entrypoint = {}, command = {};
  std::vector<std::string> environment = {};  // "NAME=value"
  std::string user = {};                      // "65532:65532"
  std::string working_folder = {};
  std::vector<std::string> ports = {};  // "3000/tcp"
  std::string stop_signal = "SIGTERM";
  std::map<std::string, std::string> labels = {};
  Healthcheck healthcheck = {};
};

// One layer of an image, in the order in which they lie upon each other.
struct ImageLayer {
  Blob blob = {};
  std::string made_by = {};  // For people, in the image's history.
};

// A document that belongs to an image and is found by it: what is in it, how it was made.
struct Attachment {
  std::string type = {};  // Its media type.
  std::string content = {};
};

// The media type of the manifests that this makes.
inline constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";

// The config of an attachment.
inline constexpr std::string_view kEmptyJson = "{}";

std::string ConfigJson(const ImageConfig& config, std::span<const ImageLayer> layers);

// `config_json` is the text that ConfigJson() made.
std::string ManifestJson(std::string_view config_json, std::span<const ImageLayer> layers);

// The manifest of an attachment; `image_json` is that of the image, the text that ManifestJson()
// made.
std::string AttachmentJson(const Attachment& attachment, std::string_view image_json);

// The list of an image's attachments, and the tag under which registries are asked for it that know
// no better: "sha256-<hex>".
std::string ReferrersJson(std::span<const Attachment> attachments, std::string_view image_json);
std::string ReferrersTag(std::string_view image_json);

// The index of a layout: one manifest under each of the names. `full_names` says whether the names
// are those by which docker and podman load them. `referrers_json`, where it is not empty, is what
// ReferrersJson() made.
std::string IndexJson(std::string_view manifest_json, const ImageConfig& config,
                      std::span<const registry::Reference> names, bool full_names,
                      std::string_view referrers_json = {});

// manifest.json of docker's archives, whose files lie where the layout's blobs lie.
std::string DockerManifestJson(std::string_view config_json, std::span<const ImageLayer> layers,
                               std::span<const registry::Reference> names);

// "blobs/sha256/<hex>" of "sha256:<hex>".
std::string BlobPath(std::string_view digest);

// "2026-11-23T07:00:00Z"
std::string Rfc3339(int64_t seconds);

}  // namespace ekiben::image
