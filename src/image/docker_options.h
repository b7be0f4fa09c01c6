// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"

namespace ekiben::image {

// What a bento's bento.yaml says of its image.
struct DockerOptions {
  std::string base_image = {}, cuda_version = {}, setup_script = {}, dockerfile_template = {};
  std::vector<std::string> system_packages = {};
  std::map<std::string, std::string> environment = {};
  bool has_conda = false;
  bool has_commands = false;
};

// Reads the text of a bento.yaml. kInvalidArgument names the key that is not as expected.
Result<DockerOptions> ParseDockerOptions(const std::string& bento_yaml);

// kFailedPrecondition where an option can only be done by running commands in an image; the hint
// says which argument has that done.
Status CheckDockerOptions(const DockerOptions& options);

}  // namespace ekiben::image
