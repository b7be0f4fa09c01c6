// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::http {

// Where a request goes: an absolute http or https URL. A value.
struct Url {
  bool secure = true;     // https
  std::string host = {};  // A name or an address, in lower case; IPv6 without its brackets.
  uint16_t port = 443;
  std::string target = "/";  // Path and query, as sent.

  // kInvalidArgument where the text is none, has a user or a password in it, or characters that
  // would end the line of a request. A fragment is left out.
  static Result<Url> Parse(std::string_view text);

  // Where a Location header in the answer from here leads: another URL, or a path of this host.
  Result<Url> Resolve(std::string_view location) const;

  // "host", "host:5000", "[::1]:5000": what the Host header has.
  std::string Authority() const;
  // "https://host:443": who is talked to. Credentials for one are not for another.
  std::string Origin() const;
  std::string ToString() const;

  // Whether the host is this machine, by its name or address alone.
  bool IsLoopback() const;
};

// `text` with everything but letters, digits and -._~ as %XX.
std::string PercentEncoded(std::string_view text);

}  // namespace ekiben::http
