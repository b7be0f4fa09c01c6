// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace ekiben::registry {

// Who somebody is for a registry. Nobody where both are empty.
struct Login {
  std::string user = {};
  std::string password = {};
  std::string identity_token = {};  // In place of both: for an OAuth2 server.

  bool empty() const { return user.empty() && password.empty() && identity_token.empty(); }
};

// What `docker login` or `podman login` has written. A value.
struct DockerConfig {
  std::map<std::string, Login> logins = {};         // By registry, or what is written for it.
  std::map<std::string, std::string> helpers = {};  // Registry to the helper's name.
  std::string store = {};                           // The helper for all others; empty: none.

  // kInvalidArgument where it is no such file; what it says else is left alone.
  static Result<DockerConfig> Parse(std::string_view json);

  // The helper for a registry; empty where there is none.
  std::string HelperOf(std::string_view host) const;
  // The login that is written for "host/path" or what is above it, as podman has it, or for the
  // host, as docker has it.
  const Login* LoginOf(std::string_view host, std::string_view path) const;
};

// What docker calls a registry when it asks a helper: its host but for its own.
std::string HelperKey(std::string_view host);

// The login for a repository: that of the files that podman and docker read, in this order
// (REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json,
// DOCKER_CONFIG/config.json or ~/.docker/config.json), helpers included. An empty one where nobody
// is logged in; an error where a file or a helper is broken.
Result<Login> FindLogin(std::string_view host, std::string_view path);

}  // namespace ekiben::registry
