// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "http/message.h"

namespace ekiben::http {
namespace {

constexpr size_t kMaxUrl = 16 << 10;

bool IsPrintable(char c) { return c > ' ' && c < '\x7f'; }

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsHostCharacter(char c) { return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_'; }

Status NoUrl(std::string_view text) {
  return InvalidArgument(fmt::format("'{}' is no URL of http or https", text.substr(0, 200)));
}

bool ParsePort(std::string_view text, uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

// Takes "host", "host:port" or "[::1]:port" apart.
bool ParseAuthority(std::string_view text, Url& url) {
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == text.npos) return false;
    host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return false;
    port = rest.substr(std::min<size_t>(1, rest.size()));
    if (!std::ranges::all_of(host, [](char c) { return IsAlphanumeric(c) || c == ':'; })) {
      return false;
    }
  } else {
    const size_t colon = text.find(':');
    host = text.substr(0, colon);
    if (colon != text.npos) port = text.substr(colon + 1);
    if (!std::ranges::all_of(host, IsHostCharacter)) return false;
  }
  if (host.empty() || (!port.empty() && !ParsePort(port, url.port))) return false;
  url.host = host;
  std::ranges::transform(url.host, url.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return true;
}

}  // namespace

Result<Url> Url::Parse(std::string_view text) {
  if (text.size() > kMaxUrl || !std::ranges::all_of(text, IsPrintable)) return Error(NoUrl(text));
  const size_t colon = text.find("://");
  if (colon == text.npos) return Error(NoUrl(text));
  Url url;
  url.secure = EqualsIgnoringCase(text.substr(0, colon), "https");
  if (!url.secure && !EqualsIgnoringCase(text.substr(0, colon), "http")) return Error(NoUrl(text));
  url.port = url.secure ? 443 : 80;

  const std::string_view rest = text.substr(colon + 3, text.find('#') - colon - 3);
  const size_t path = std::min(rest.find_first_of("/?"), rest.size());
  if (rest.substr(0, path).contains('@')) {
    return Error(InvalidArgument("a URL with a user or a password in it is not used"));
  }
  if (!ParseAuthority(rest.substr(0, path), url)) return Error(NoUrl(text));
  url.target = rest.substr(path);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

Result<Url> Url::Resolve(std::string_view location) const {
  const size_t scheme = location.find("://");
  if (scheme != location.npos && scheme < location.find_first_of("/?")) return Parse(location);
  if (location.starts_with("//")) {
    return Parse(fmt::format("{}:{}", secure ? "https" : "http", location));
  }
  if (location.starts_with('/')) return Parse(Origin() + std::string(location));
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  if (location.starts_with('?')) return Parse(fmt::format("{}{}{}", Origin(), path, location));
  return Parse(fmt::format("{}{}{}", Origin(), path.substr(0, path.rfind('/') + 1), location));
}

std::string Url::Authority() const {
  std::string text = host.contains(':') ? fmt::format("[{}]", host) : host;
  if (port != (secure ? 443 : 80)) text += fmt::format(":{}", port);
  return text;
}

std::string Url::Origin() const {
  return fmt::format("{}://{}:{}", secure ? "https" : "http",
                     host.contains(':') ? fmt::format("[{}]", host) : host, port);
}

std::string Url::ToString() const {
  return fmt::format("{}://{}{}", secure ? "https" : "http", Authority(), target);
}

bool Url::IsLoopback() const {
  const bool is_address =
      std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         (is_address && host.starts_with("127."));
}

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace ekiben::http
