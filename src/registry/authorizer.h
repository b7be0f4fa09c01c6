// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/status.h"
#include "http/client.h"
#include "registry/challenge.h"
#include "registry/docker_config.h"

namespace ekiben::registry {

// Proves to one registry who asks, in the way that it wants: by Basic, or by a token that another
// server gives for a scope ("repository:team/iris:pull", or several with a space between). Looks
// for a login only when it is asked for one. Thread-safe.
class Authorizer {
 public:
  // `client` must outlive it. `host` and `path` say whose login is looked for.
  Authorizer(http::Client& client, std::string host, std::string path)
      : client_(client), host_(std::move(host)), path_(std::move(path)) {}

  // The value of the Authorization header for a scope; empty as long as none was asked for.
  std::string HeaderFor(const std::string& scope) const;

  // Does what an answer of status 401 to a request that had `used` as its header asks for.
  // kPermissionDenied where that has been done and was not enough, or nobody is logged in.
  Status Answer(const http::ClientResponse& refusal, const std::string& scope,
                const std::string& used);

 private:
  Result<Login> FindOwnLogin();
  Status AnswerBasic(const Login& login);
  Status FetchToken(const Challenge& bearer, const std::string& scope, const Login& login);
  Status Refused() const;

  http::Client& client_;
  const std::string host_, path_;
  mutable std::mutex mutex_;
  std::optional<Login> login_;
  std::string basic_;                          // The header for every scope, once it is Basic.
  std::map<std::string, std::string> tokens_;  // The header by scope.
};

}  // namespace ekiben::registry
