// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/trimmed.h"

namespace ekiben::http {
namespace {

std::string Variable(const char* lower, const char* upper) {
  for (const char* const name : {lower, upper}) {
    const char* const value = name == nullptr ? nullptr : std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

// Whether `host` is `entry` or a name below it.
bool Matches(std::string_view host, std::string_view entry) {
  if (entry == "*") return true;
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || !host.ends_with(entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

bool IsExcluded(std::string_view host, std::string_view no_proxy) {
  while (!no_proxy.empty()) {
    const size_t comma = std::min(no_proxy.find(','), no_proxy.size());
    if (Matches(host, Trimmed(no_proxy.substr(0, comma)))) return true;
    no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
  }
  return false;
}

}  // namespace

ProxyRules ProxyRules::OfEnvironment() {
  return {.http_proxy = Variable("http_proxy", nullptr),
          .https_proxy = Variable("https_proxy", "HTTPS_PROXY"),
          .no_proxy = Variable("no_proxy", "NO_PROXY")};
}

Result<std::optional<Url>> ProxyRules::For(const Url& url) const {
  const std::string& proxy = url.secure ? https_proxy : http_proxy;
  if (proxy.empty() || url.IsLoopback() || IsExcluded(url.host, no_proxy)) return std::nullopt;
  auto parsed = Url::Parse(proxy.contains("://") ? proxy : "http://" + proxy);
  if (!parsed) {
    return Error(std::move(parsed).error().WithContext(url.secure ? "the variable HTTPS_PROXY"
                                                                  : "the variable http_proxy"));
  }
  if (parsed->secure) {
    return Error(InvalidArgument("a proxy that is reached by https is not supported")
                     .WithHint("name it as http://HOST:PORT"));
  }
  return *std::move(parsed);
}

}  // namespace ekiben::http
