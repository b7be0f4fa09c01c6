// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/status.h"
#include "image/image_json.h"
#include "image/image_plan.h"
#include "image/layer_cache.h"

namespace ekiben::image {

// A whole image: its documents, and the files of its layers.
struct Image {
  ImageConfig config = {};
  std::vector<ImageLayer> layers = {};
  std::vector<std::filesystem::path> files = {};  // One for each layer, in the cache.
  std::string config_json = {}, manifest_json = {};
  std::vector<Attachment> attachments =
      {};  // In layouts; docker's archives have no place for them.

  std::string digest() const { return DigestOf(manifest_json); }
};

// Hears how far the layers are, by their numbers in the plan; from one thread at a time.
struct LayerListener {
  std::function<void(size_t layer, uint64_t bytes)> on_bytes = {};  // Went into it so far.
  std::function<void(size_t layer, const Layer& made)> on_done = {};
};

// Writes the layers that the cache has not, several at a time.
Result<Image> MakeImage(const ImagePlan& plan, const LayerCache& cache, const LayerOptions& options,
                        const LayerListener& listener);

// Writes one tar archive that `docker load`, `podman load` and readers of OCI archives take. It
// replaces what is at `file` as a whole, or leaves it alone where it fails.
Status WriteArchive(const Image& image, std::span<const registry::Reference> names,
                    const std::filesystem::path& file);

// Writes an OCI layout. It replaces the layout, or the empty folder, at `folder` as a whole;
// kFailedPrecondition where something else is there.
Status WriteLayout(const Image& image, std::span<const registry::Reference> names,
                   const std::filesystem::path& folder);

}  // namespace ekiben::image
