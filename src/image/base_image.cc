// SPDX-License-Identifier: Apache-2.0
#include "image/base_image.h"

#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "archive/listing.h"
#include "base/sha256.h"
#include "registry/push.h"
#include "store/staging.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxConfig = size_t{4} << 20;

// The manifest of the image for that platform.
Result<registry::ManifestText> FindManifest(registry::Repository& repository,
                                            const std::string& platform) {
  auto manifest = repository.GetManifest(repository.where().Wanted());
  if (!manifest || !IsIndex(manifest->media_type)) return manifest;
  const auto digest = ChooseImage(manifest->bytes, platform);
  if (!digest) return Error(digest.error());
  return repository.GetManifest(*digest);
}

bool IsWhole(const fs::path& file, const registry::Descriptor& layer) {
  std::error_code error;
  if (fs::file_size(file, error) != layer.size || error) return false;
  const auto hash = Sha256OfFile(file);
  return hash && "sha256:" + *hash == layer.digest;
}

Status Receive(registry::Repository& repository, const registry::Descriptor& layer,
               const fs::path& file, registry::Progress& progress) {
  if (IsWhole(file, layer)) {
    progress.Begin(layer);
    progress.End(layer, registry::BlobEnd::kThere);
  } else if (Status got = repository.GetBlob(layer, file, progress); !got.ok()) {
    return got;
  }
  // As the cache's own: all may read it, and whoever sweeps sees that it was needed.
  std::error_code ignored;
  fs::permissions(file, fs::perms(0644), ignored);
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
  return {};
}

Status ListFiles(BaseImage& base) {
  for (size_t i = 0; i < base.layers.size(); ++i) {
    const Status listed = archive::ListTar(
        base.layer_files[i], FormOfLayer(base.layers[i].blob.media_type),
        [&](const archive::Listed& one) { base.files.Add(one.name, one.is_folder); });
    if (!listed.ok()) return listed;
    base.files.EndLayer();
  }
  return {};
}

Status CheckConfig(const BaseImage& base, const std::string& platform, size_t layers) {
  if (base.config.platform != platform) {
    return FailedPrecondition(
               fmt::format("it is for {}, and the program, the packages and the libraries at hand "
                           "are for {}",
                           base.config.platform, platform))
        .WithHint("run ekiben on a machine of that kind, or name another docker.base_image");
  }
  if (base.config.diff_ids.size() == layers) return {};
  return InvalidArgument(fmt::format("its config names {} layers, and its manifest {}",
                                     base.config.diff_ids.size(), layers));
}

Result<BaseImage> Pull(registry::Repository& repository, const std::string& platform,
                       const LayerCache& cache, registry::Progress& progress) {
  const auto text = FindManifest(repository, platform);
  if (!text) return Error(text.error());
  const auto manifest = ParseBaseManifest(text->bytes);
  if (!manifest) return Error(manifest.error());
  const auto config_json = repository.GetBytes(manifest->config, kMaxConfig);
  if (!config_json) return Error(config_json.error());
  auto config = ParseBaseConfig(*config_json);
  if (!config) return Error(std::move(config).error());

  BaseImage base{.name = repository.where(), .digest = text->digest, .config = *std::move(config)};
  const size_t count = manifest->layers.size();
  if (Status fits = CheckConfig(base, platform, count); !fits.ok()) return Error(std::move(fits));
  for (size_t i = 0; i < count; ++i) {
    const registry::Descriptor& layer = manifest->layers[i];
    base.layer_files.push_back(cache.BlobFile(layer.digest));
    Blob blob{.digest = layer.digest,
              .diff_id = base.config.diff_ids[i],
              .size = layer.size,
              .media_type = layer.media_type};
    base.layers.push_back(
        {.blob = std::move(blob),
         .made_by = fmt::format("ekiben: of the image {}", base.name.ToString())});
  }
  if (Status made = store::MakeFolders(base.layer_files.front().parent_path()); !made.ok()) {
    return Error(std::move(made));
  }
  Status got = registry::InParallel(count, registry::kParallel, [&](size_t i) {
    return Receive(repository, manifest->layers[i], base.layer_files[i], progress);
  });
  if (got.ok()) got = ListFiles(base);
  return got.ok() ? Result<BaseImage>(std::move(base)) : Error(std::move(got));
}

}  // namespace

std::string BaseImage::Variable(std::string_view name) const {
  for (const std::string& variable : config.environment) {
    const size_t equals = variable.find('=');
    if (equals != variable.npos && variable.substr(0, equals) == name) {
      return variable.substr(equals + 1);
    }
  }
  return "";
}

Result<BaseImage> PullBaseImage(registry::Repository& repository, const std::string& platform,
                                const LayerCache& cache, registry::Progress& progress) {
  auto base = Pull(repository, platform, cache, progress);
  if (base) return base;
  return Error(std::move(base).error().WithContext(
      fmt::format("the base image '{}' cannot be used", repository.where().ToString())));
}

}  // namespace ekiben::image
