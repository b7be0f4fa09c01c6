// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "store/tag.h"

// What the documents and blobs of an artifact are called. Models are those of CNCF's ModelPack.
namespace ekiben::artifact {

inline constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kImageConfigType = "application/vnd.oci.image.config.v1+json";

inline constexpr std::string_view kModelType = "application/vnd.cncf.model.manifest.v1+json";
inline constexpr std::string_view kModelConfigType = "application/vnd.cncf.model.config.v1+json";
inline constexpr std::string_view kBentoType = "application/vnd.ekiben.bento.v1+json";
inline constexpr std::string_view kBentoConfigType = "application/vnd.ekiben.bento.config.v1+json";

inline constexpr std::string_view kModelLayer = "application/vnd.cncf.model.weight.v1.tar+gzip";
inline constexpr std::string_view kCodeLayer = "application/vnd.cncf.model.code.v1.tar+gzip";

// Annotations of a layer: where it belongs, below the bento's folder, and as what file a program
// that knows nothing of models writes it.
inline constexpr std::string_view kFilePath = "org.cncf.model.filepath";
inline constexpr std::string_view kTitle = "org.opencontainers.image.title";
// What kFilePath is for the bento without its models.
inline constexpr std::string_view kBentoPath = ".";

// Where the files of an image's bento lie in its layers. The layers of an artifact have the same
// names in them, so that a registry keeps one blob for both.
inline constexpr std::string_view kBentoFolder = "home/ekiben/bento";

// "models/iris_clf/abc"
inline std::string ModelPath(const store::Tag& tag) {
  return "models/" + tag.name + "/" + tag.version;
}

}  // namespace ekiben::artifact
