// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "http/message.h"

namespace ekiben::routes {

// Writes what Python code is told of a request as members of the object that is open: `id`,
// `method`, `path`, `query`, `client` (address and port, where they are known) and `headers`.
void WriteContext(const http::Request& request, JsonWriter& json);

// Sets what Python code said of its response: {"status": 200, "headers": [["name", "value"], …]},
// or nothing. Headers that the server writes itself, and those that would end a line, are left out.
void ApplySaid(std::string_view said, http::Response& response);

// The same of a response that is given to Python code.
std::string SaidOf(const http::Response& response);

}  // namespace ekiben::routes
