// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "image/docker_options.h"
#include "image/image_json.h"
#include "image/native_layers.h"
#include "image/python_layers.h"

namespace ekiben::image {

// What is to become an image.
struct BentoSource {
  std::filesystem::path folder = {};
  std::string name = {}, version = {};
  Artefacts artefacts = {};                        // Of its models.
  int64_t created = 0;                             // Seconds since 1970.
  std::map<std::string, std::string> labels = {};  // The user's.
  std::string ekiben_version = {};
  bool is_python = false;     // A service in Python, not a model alone.
  DockerOptions docker = {};  // What the bento asks of its image.
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

// Plans the image of a service in Python: the same, and between the libraries and the program the
// interpreter and the packages. Names into `missing` what PackagesLayer() does.
Result<ImagePlan> PlanPythonImage(const BentoSource& bento, const PythonFiles& python,
                                  std::vector<std::string>& missing);

// How an image of this bento with these files is run, and what is said of it.
ImageConfig ConfigOf(const BentoSource& bento, const EngineFiles& files);

}  // namespace ekiben::image
