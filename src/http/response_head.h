// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace ekiben::http {

// Appends status line and headers of an answer, its empty line included. The length is the body's;
// that of a stream is not known: it comes in chunks, or to the connection's end.
void AppendResponseHead(std::string& out, const Response& response, std::string_view request_id,
                        std::string_view date, bool keep_alive, bool chunked = true);

// Appends a piece of a body that is sent in chunks. REQUIRES: !piece.empty()
void AppendChunk(std::string& out, std::string_view piece);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// The present time as the Date header has it: "Sun, 22 Nov 2026 16:18:52 GMT".
std::string HttpDate();

}  // namespace ekiben::http
