// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "artifact/artifact.h"
#include "base/status.h"
#include "image/layer_cache.h"
#include "store/bento_store.h"
#include "store/model_store.h"

namespace ekiben::artifact {

// An artifact whose layers lie in files.
struct Packed {
  Artifact artifact = {};
  std::vector<std::filesystem::path> files = {};  // One for each layer, in the cache.
};

// Packs what is in a store. The same files give the same bytes, and the layers are those of an
// image with the same bento. Layers that the cache has are not written again.
//
// kFailedPrecondition where a bento is not as it was built, kInvalidArgument where a link is in it.
Result<Packed> Pack(const store::ModelInfo& model, const image::LayerCache& cache);
// `home` has the models of a bento that BentoML left beside it.
Result<Packed> Pack(const store::BentoInfo& bento, const std::filesystem::path& home,
                    const image::LayerCache& cache);

// The digest of the files of a model or bento as they are: what `ekiben.digest` of a config says.
Result<std::string> DigestOf(const store::ModelInfo& model);
using store::DigestOf;

}  // namespace ekiben::artifact
