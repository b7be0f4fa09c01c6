// SPDX-License-Identifier: Apache-2.0
#include "artifact/packing.h"

#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "artifact/media_types.h"
#include "image/layer_tree.h"
#include "image/native_layers.h"
#include "store/digest.h"

namespace ekiben::artifact {
namespace {

namespace fs = std::filesystem;

// "models/NAME/VERSION" below a bento; its file `latest` is the bento's own.
bool IsModelVersion(const fs::path& relative) {
  return std::distance(relative.begin(), relative.end()) == 3 && *relative.begin() == "models" &&
         relative.filename() != store::kLatest;
}

// Who unpacks an artifact takes no links.
Status CheckTree(const image::LayerTree& tree) {
  for (const auto& [path, entry] : tree.entries()) {
    if (entry.kind != image::LayerEntry::Kind::kLink) continue;
    return InvalidArgument(fmt::format("'{}' is a link, which no registry is given",
                                       path.substr(std::min(path.size(), kBentoFolder.size() + 1))))
        .WithHint("put the file itself in its place");
  }
  return {};
}

Status AddLayer(const fs::path& folder, std::optional<store::Tag> model,
                const image::LayerCache& cache, Packed& packed) {
  const std::string below = model ? ModelPath(*model) : std::string(kBentoPath);
  const std::string path =
      model ? fmt::format("{}/{}", kBentoFolder, below) : std::string(kBentoFolder);
  image::LayerTree tree;
  tree.AddFolder(image::kUserHome, 0755, image::kUser);
  Status added = tree.AddTree(path, folder, model ? nullptr : IsModelVersion);
  if (added.ok()) added = CheckTree(tree);
  if (!added.ok()) return added;
  auto layer = cache.Get(tree, {});
  if (!layer) return std::move(layer).error();
  const std::string title =
      model ? fmt::format("{}.tar.gz", below)
            : fmt::format("{}-{}.tar.gz", packed.artifact.tag.name, packed.artifact.tag.version);
  packed.artifact.layers.push_back(
      {.blob = {.media_type = std::string(model ? kModelLayer : kCodeLayer),
                .digest = layer->blob.digest,
                .size = layer->blob.size,
                .annotations = {{std::string(kFilePath), below}, {std::string(kTitle), title}}},
       .diff_id = layer->blob.diff_id,
       .model = std::move(model)});
  packed.files.push_back(std::move(layer->file));
  return {};
}

}  // namespace

Result<std::string> DigestOf(const store::ModelInfo& model) {
  return store::TreeDigest(model.path, "");
}

Result<Packed> Pack(const store::ModelInfo& model, const image::LayerCache& cache) {
  auto digest = DigestOf(model);
  if (!digest) return Error(std::move(digest).error());
  Packed packed{.artifact = {.kind = Kind::kModel,
                             .tag = model.tag,
                             .creation_time = model.creation_time,
                             .module = model.module,
                             .digest = *std::move(digest)}};
  Status added = AddLayer(model.path, model.tag, cache, packed);
  return added.ok() ? Result<Packed>(std::move(packed)) : Error(std::move(added));
}

Result<Packed> Pack(const store::BentoInfo& bento, const fs::path& home,
                    const image::LayerCache& cache) {
  auto digest = store::DigestOf(bento);
  if (!digest) return Error(std::move(digest).error());
  if (Status same = store::CheckDigest(bento, *digest); !same.ok()) return Error(std::move(same));
  std::error_code ignored;
  Packed packed{
      .artifact = {.kind = Kind::kBento,
                   .tag = bento.tag,
                   .creation_time = bento.creation_time,
                   .digest = *std::move(digest),
                   .has_models_inside = fs::is_directory(bento.path / "models", ignored)}};
  const store::ModelStore models = store::ModelsOf(bento, home);
  const auto inside =
      packed.artifact.has_models_inside ? models.List() : store::Listing<store::ModelInfo>();
  if (!inside) return Error(inside.error());
  // All that are in its folder, whether bento.yaml names them or not: its digest counts them.
  std::vector<store::Tag> tags;
  if (packed.artifact.has_models_inside) {
    for (const store::ModelInfo& model : inside->found) tags.push_back(model.tag);
    if (!inside->unreadable.empty()) return Error(inside->unreadable.front());
  } else {
    for (const store::BentoModel& model : bento.models) tags.push_back(model.tag);
  }
  std::ranges::sort(tags, {}, &store::Tag::ToString);
  for (const store::Tag& tag : tags) {
    const auto model = models.Get(tag.ToString());
    if (!model) {
      return Error(Status(model.error()).WithContext("the bento lacks one of its models"));
    }
    if (Status added = AddLayer(model->path, model->tag, cache, packed); !added.ok()) {
      return Error(std::move(added));
    }
  }
  Status added = AddLayer(bento.path, std::nullopt, cache, packed);
  return added.ok() ? Result<Packed>(std::move(packed)) : Error(std::move(added));
}

}  // namespace ekiben::artifact
