// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ekiben {

// Appends `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD, so that
// whatever a client sent can be quoted in an answer or a log line.
void AppendJsonString(std::string& out, std::string_view text);

std::string JsonString(std::string_view text);

// The bytes of the UTF-8 sequence (RFC 3629) that `text` begins with; 0 where it begins with none.
// REQUIRES: !text.empty()
size_t Utf8Length(std::string_view text);

}  // namespace ekiben
