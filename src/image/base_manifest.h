// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "archive/form.h"
#include "base/status.h"
#include "registry/descriptor.h"

// The documents of an image that another one is put upon, OCI's and docker's, as plain values.
namespace ekiben::image {

// What a platform is called: "linux/amd64" also where somebody writes "linux/x86_64".
// kInvalidArgument where it is no OS/ARCHITECTURE.
Result<std::string> PlatformOf(std::string_view text);

// Whether a manifest's media type says that it lists images by their platforms.
bool IsIndex(std::string_view media_type);

// The digest of the image for that platform. kNotFound names those that there are.
Result<std::string> ChooseImage(std::string_view index_json, std::string_view platform);

struct BaseManifest {
  registry::Descriptor config = {};
  std::vector<registry::Descriptor> layers = {};  // From the lowest to the topmost, as OCI's types.
};

// How a layer of that type, which ParseBaseManifest() has let through, is packed.
archive::Form FormOfLayer(std::string_view media_type);

// kInvalidArgument where the text is none; kFailedPrecondition where a layer is of an unknown
// type. Docker's types become OCI's.
Result<BaseManifest> ParseBaseManifest(std::string_view json);

struct BaseConfig {
  std::string platform = {};  // "linux/amd64"
  std::vector<std::string> environment = {};
  std::map<std::string, std::string> labels = {};
  std::vector<std::string> diff_ids = {};
};

Result<BaseConfig> ParseBaseConfig(std::string_view json);

}  // namespace ekiben::image
