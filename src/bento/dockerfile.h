// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bento/build_options.h"

namespace ekiben::bento {

// What an image of a bento is made of.
struct ImageParts {
  DockerOptions docker;
  std::vector<EnvOption> envs;
  std::string pip_args;
  std::string python_version = {};  // "3.11"
  std::string ekiben_version = {};
  bool is_model = false;          // The bento is a model's, with nothing of Python in it.
  std::string requirements = {};  // The file in env/python that pip installs; empty: none.
  bool has_models = false;
  bool has_wheels = false;
  bool has_setup_script = false;
  bool has_conda = false;
  bool needs_git = false;
};

// The parts of a Dockerfile under the names by which a template of BentoML's overrides them, in the
// order in which they stand.
using DockerfileBlocks = std::vector<std::pair<std::string, std::string>>;
DockerfileBlocks BlocksOf(const ImageParts& parts);

// env/docker/Dockerfile, for `docker build -f env/docker/Dockerfile .` in the bento's folder: a
// user without rights, and packages before sources, so that a change of the source installs nothing
// again.
std::string DockerfileText(const DockerfileBlocks& blocks);

// env/docker/entrypoint.sh, which takes the arguments that BentoML's takes.
std::string EntrypointText();

}  // namespace ekiben::bento
