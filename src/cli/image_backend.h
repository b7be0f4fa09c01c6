// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "registry/reference.h"

namespace ekiben::cli {

// What one of the tools that run Dockerfiles is asked for.
struct BackendBuild {
  std::string tool = {};  // "docker", "podman" or "buildah", of PATH.
  std::vector<registry::Reference> names = {};
  std::map<std::string, std::string> labels = {};
  std::string platform = {};              // Empty: the tool's own.
  std::vector<std::string> options = {};  // "network=host" for --network=host
  bool push = false;                      // Into the registries that the names are of.
  bool plain_http = false;                // Without TLS; docker decides that by itself.
};

// The words after the tool's name for a bento in `folder`.
std::vector<std::string> BackendArguments(const BackendBuild& build,
                                          const std::filesystem::path& folder);

// Has the tool build the image of the bento's env/docker/Dockerfile, in the bento's folder, and
// push it where that is asked for. What it says goes where this program's own output goes.
// kNotFound where there is no such tool or no Dockerfile, kFailedPrecondition where the tool fails.
Status RunBackend(const BackendBuild& build, const std::filesystem::path& folder);

}  // namespace ekiben::cli
