// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "bento/build_options.h"

namespace ekiben::bento {

// What an image begins with, where docker.base_image names none.
struct BaseSystem {
  std::string image;    // "python:3.11-slim"
  std::string install;  // The command that installs packages, with {} in the place of their names.
  std::vector<std::string> packages;  // What has to be there before all else.
  std::string python = {};            // Lines that put the Python in; empty: the image has it.
};

// The system of docker.distro and docker.cuda_version for a Python such as "3.11".
BaseSystem SystemOf(const DockerOptions& docker, const std::string& python_version, bool is_conda);

// What the options ask for and cannot be: a CUDA that its system has no image of, one with conda.
Status CheckSystem(const DockerOptions& docker, bool is_conda);

// What becomes of the options otherwise than they say, in one line.
std::optional<std::string> SystemWarning(const DockerOptions& docker,
                                         const std::string& python_version);

}  // namespace ekiben::bento
