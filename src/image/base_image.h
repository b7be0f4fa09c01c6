// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "image/base_files.h"
#include "image/base_manifest.h"
#include "image/image_json.h"
#include "image/layer_cache.h"
#include "registry/reference.h"
#include "registry/repository.h"

namespace ekiben::image {

// An image that another one is put upon, with its layers on this machine.
struct BaseImage {
  registry::Reference name = {};
  std::string digest = {};  // Of the manifest that was taken, not of a list of several.
  std::vector<ImageLayer> layers = {};
  std::vector<std::filesystem::path> layer_files = {};  // One for each, in the cache.
  BaseConfig config = {};
  BaseFiles files = {};

  // The value of a variable; empty where the image sets none.
  std::string Variable(std::string_view name) const;
};

// Takes an image from its registry: of several the one for `platform` ("linux/amd64"). Layers that
// the cache has are not asked for again.
//
// kNotFound where there is none of that name or for that platform, kFailedPrecondition where it
// cannot be built upon, and all that repositories fail with.
Result<BaseImage> PullBaseImage(registry::Repository& repository, const std::string& platform,
                                const LayerCache& cache, registry::Progress& progress);

}  // namespace ekiben::image
