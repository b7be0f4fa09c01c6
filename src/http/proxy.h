// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "http/url.h"

namespace ekiben::http {

// Which requests go by a proxy, in the words of curl's variables. A value.
struct ProxyRules {
  std::string http_proxy = {};   // For http://; a URL, or host:port.
  std::string https_proxy = {};  // For https://, through CONNECT.
  std::string no_proxy = {};     // "example.com,.internal,10.0.0.1" or "*".

  // HTTPS_PROXY and NO_PROXY, or their names in lower case; http_proxy in lower case only, since
  // CGI gives the other name to what a client has sent.
  static ProxyRules OfEnvironment();

  // The proxy for `url`, or none: this machine itself is never asked through one.
  // kInvalidArgument where what is set is no URL.
  Result<std::optional<Url>> For(const Url& url) const;
};

}  // namespace ekiben::http
