// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "http/client.h"
#include "registry/authorizer.h"
#include "registry/reference.h"
#include "registry/retry_policy.h"

namespace ekiben::registry {

enum class Access { kPull, kPush };

struct SessionOptions {
  bool plain_http =
      false;  // Without TLS, wherever the registry is. This machine's may be so anyway.
  RetryPolicy retry = {};
  std::string user_agent = "ekiben";
};

// Talks to one repository of one registry: knows its URL, proves who asks, follows redirects (the
// proof stays with the registry), and turns refusals into errors. Thread-safe.
class Session {
 public:
  Session(const Reference& where, SessionOptions options);

  // "/v2/<path>/" and `rest` at the registry. Finds out first whether this machine's own registry
  // has TLS.
  Result<http::Url> UrlOf(std::string_view rest);

  // One exchange. Statuses of 500 and more, and others that IsWorthRetrying(), are kUnavailable;
  // 401 and 403 kPermissionDenied. All others are answers. `also` is the path of another
  // repository of the registry that is read for it; empty for none.
  Result<http::ClientResponse> Send(http::ClientRequest request, Access access,
                                    const http::BodySink& sink = nullptr,
                                    const std::string& also = {});

  // Calls `once` until it gives anything but kUnavailable, with the pauses of the retry policy.
  // `progressed` says whether the last call brought something, which starts the count anew.
  Status Retry(const std::function<Status()>& once,
               const std::function<bool()>& progressed = nullptr);

  // An answer that is not the one that was hoped for, with what the registry says about it.
  Status Unexpected(const http::ClientResponse& answer, std::string_view doing) const;

  const Reference& where() const { return where_; }

 private:
  Result<bool> IsSecure();
  Status Refusal(const http::ClientResponse& answer) const;

  const Reference where_;
  const SessionOptions options_;
  http::Client client_;
  Authorizer authorizer_;
  std::mutex mutex_;
  std::optional<bool> secure_;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace ekiben::registry
