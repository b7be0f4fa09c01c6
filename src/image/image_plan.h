// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "image/base_image.h"
#include "image/docker_options.h"
#include "image/image_json.h"
#include "image/native_layers.h"
#include "image/packages.h"
#include "image/python_layers.h"

namespace ekiben::image {

// A model and the file that runs it.
struct ModelFile {
  std::string name = {}, version = {};
  std::filesystem::path file = {};  // Empty where only Python can run it.
};

// What is to become an image.
struct BentoSource {
  std::filesystem::path folder = {};
  std::string name = {}, version = {};
  std::string digest = {};   // "sha256:…"; older bentos have none.
  Artefacts artefacts = {};  // Of its models.
  std::vector<ModelFile> models = {};
  int64_t created = 0;                             // Seconds since 1970.
  std::map<std::string, std::string> labels = {};  // The user's.
  std::string ekiben_version = {};
  bool is_python = false;     // A service in Python, not a model alone.
  DockerOptions docker = {};  // What the bento asks of its image.
};

// An image before its layers are written. A value.
struct ImagePlan {
  std::optional<BaseImage> base = {};  // What lies below the layers; most have nothing there.
  std::vector<PlannedLayer> layers = {};
  ImageConfig config = {};
  EngineFiles files = {};
  std::map<std::filesystem::path, Package> packages = {};  // Of the files of the system.
  std::vector<Distribution> distributions = {};            // Python's packages.
  std::filesystem::path interpreter = {};                  // Empty where there is no Python.
  std::string python_version = {};
};

// Plans the image of a bento that needs no Python: the program, the libraries that it needs from
// this machine, certificates, and the bento; no shell. It serves the bento on port 3000 of all
// addresses as a user without rights, and writes nothing. Its arguments are those of `ekiben`.
Result<ImagePlan> PlanNativeImage(const BentoSource& bento);

// Plans the image of a service in Python: the same, and between the libraries and the program the
// interpreter and the packages. Names into `missing` what FindPackages() does.
Result<ImagePlan> PlanPythonImage(const BentoSource& bento, const PythonFiles& python,
                                  std::vector<std::string>& missing);

// Plans the image of a service in Python upon another image, whose interpreter and libraries of the
// system it uses. kFailedPrecondition where that has no Python of the bento's version, or not what
// the program needs.
Result<ImagePlan> PlanPythonImageOn(BaseImage base, const BentoSource& bento,
                                    const PythonFiles& python, std::vector<std::string>& missing);

// The platform that images made here are for: "linux/amd64".
std::string ThisPlatform();

// How an image of this bento with these files is run, and what is said of it.
ImageConfig ConfigOf(const BentoSource& bento, const EngineFiles& files);

}  // namespace ekiben::image
