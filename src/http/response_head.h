// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace ekiben::http {

// Appends status line and headers of an answer, its empty line included. The length is the body's.
void AppendResponseHead(std::string& out, const Response& response, std::string_view request_id,
                        std::string_view date, bool keep_alive);

// The present time as the Date header has it: "Sun, 22 Nov 2026 16:18:52 GMT".
std::string HttpDate();

}  // namespace ekiben::http
