// SPDX-License-Identifier: Apache-2.0
#include "image/image.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

namespace ekiben::image {
namespace {

// One layer after the other for each thread, since compressing fills a processor.
std::vector<Result<Layer>> GetLayers(const ImagePlan& plan, const LayerCache& cache,
                                     const LayerOptions& options, const LayerListener& listener) {
  std::vector<Result<Layer>> layers(plan.layers.size(), Error(Internal("not written")));
  std::atomic<size_t> next = 0;
  std::mutex telling;
  const auto work = [&] {
    for (size_t at = next++; at < layers.size(); at = next++) {
      const auto tell = [&, at](uint64_t bytes) {
        const std::lock_guard lock(telling);
        if (listener.on_bytes) listener.on_bytes(at, bytes);
      };
      layers[at] = cache.Get(plan.layers[at].tree, options, tell);
      const std::lock_guard lock(telling);
      if (layers[at] && listener.on_done) listener.on_done(at, *layers[at]);
    }
  };
  std::vector<std::jthread> threads;
  const size_t count =
      std::min<size_t>(std::max(1U, std::thread::hardware_concurrency()), layers.size());
  for (size_t i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  return layers;
}

}  // namespace

Result<Image> MakeImage(const ImagePlan& plan, const LayerCache& cache, const LayerOptions& options,
                        const LayerListener& listener) {
  Image image{.config = plan.config};
  const std::vector<Result<Layer>> layers = GetLayers(plan, cache, options, listener);
  if (plan.base) {
    image.layers = plan.base->layers;
    image.files = plan.base->layer_files;
  }
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!layers[i]) return Error(layers[i].error());
    image.layers.push_back({.blob = layers[i]->blob, .made_by = plan.layers[i].made_by});
    image.files.push_back(layers[i]->file);
  }
  image.config_json = ConfigJson(image.config, image.layers);
  image.manifest_json = ManifestJson(image.config_json, image.layers);
  return image;
}

}  // namespace ekiben::image
