// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "image/image_json.h"
#include "image/native_layers.h"

namespace ekiben::image {

// What is to become an image.
struct BentoSource {
  std::filesystem::path folder = {};
  std::string name = {}, version = {};
  Artefacts artefacts = {};                        // Of its models.
  int64_t created = 0;                             // Seconds since 1970.
  std::map<std::string, std::string> labels = {};  // The user's.
  std::string ekiben_version = {};
};

// An image before its layers are written. A value.
struct ImagePlan {
  std::vector<PlannedLayer> layers = {};
  ImageConfig config = {};
};

// Plans the image of a bento that needs no Python: the program, the libraries that it needs from
// this machine, certificates, and the bento; no shell. It serves the bento on port 3000 of all
// addresses as a user without rights, and writes nothing. Its arguments are those of `ekiben`.
Result<ImagePlan> PlanNativeImage(const BentoSource& bento);

}  // namespace ekiben::image
