// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "registry/descriptor.h"
#include "store/creation_time.h"
#include "store/tag.h"

namespace ekiben::artifact {

enum class Kind { kModel, kBento };

// "model", "bento"
std::string_view NameOf(Kind kind);

// A tar.gz with the files of one model, or with those of a bento less its models.
struct Layer {
  registry::Descriptor blob = {};
  std::string diff_id = {};              // Of the tar before it was compressed.
  std::optional<store::Tag> model = {};  // Nothing: the bento without its models.
};

// A model or a bento as it lies in a registry; docs/formats/registry.md has every key. A value.
struct Artifact {
  Kind kind = Kind::kModel;
  store::Tag tag = {};
  store::CreationTime creation_time = {};
  std::string module = {};         // Of a model: what saved it.
  std::string digest = {};         // Of its files: store::TreeDigest(). "sha256:…"
  bool has_models_inside = false;  // Of a bento: in its folder, not beside it in the store.
  std::vector<Layer> layers = {};

  // The config blob. The same artifact gives the same bytes.
  std::string ConfigJson() const;
  // The manifest over it.
  registry::ManifestText Manifest() const;
};

// What a manifest says before its config is read.
struct ManifestParts {
  Kind kind = Kind::kModel;
  registry::Descriptor config = {};
  std::vector<Layer> layers = {};
};

inline constexpr size_t kMaxConfig = size_t{1} << 20;

// Whether a manifest says that it is a model's or a bento's. An image's does not.
bool IsArtifact(const registry::ManifestText& manifest);

// Reads what a registry has sent, which is hostile until proven otherwise. kInvalidArgument says
// what is wrong; for an image or an index, kFailedPrecondition what it is.
Result<ManifestParts> ParseManifest(const registry::ManifestText& manifest);
// With the config that the manifest names.
Result<Artifact> ParseArtifact(ManifestParts parts, std::string_view config_json);

}  // namespace ekiben::artifact
