// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ekiben::http {

// Whether an Accept-Encoding header takes gzip: named, or meant by `*`, and not with q=0.
bool AcceptsGzip(std::string_view accept_encoding);

// What was compressed into one gzip member (RFC 1952), for bytes of our own making: nothing where
// they are no such member. The checksum is not looked at.
std::optional<std::string> Gunzip(std::string_view gzip);

}  // namespace ekiben::http
