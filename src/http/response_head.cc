// SPDX-License-Identifier: Apache-2.0
#include "http/response_head.h"

#include <ctime>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/compile.h>
#include <fmt/format.h>

namespace ekiben::http {

void AppendResponseHead(std::string& out, const Response& response, std::string_view request_id,
                        std::string_view date, bool keep_alive) {
  auto to = std::back_inserter(out);
  fmt::format_to(to,
                 FMT_COMPILE("HTTP/1.1 {} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\n"
                             "date: {}\r\nx-request-id: {}\r\n"),
                 response.status, ReasonPhrase(response.status), response.content_type.view(),
                 response.body.size(), date, request_id);
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(to, FMT_COMPILE("{}: {}\r\n"), name, value);
  }
  if (!keep_alive) out += "connection: close\r\n";
  out += "\r\n";
}

std::string HttpDate() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

}  // namespace ekiben::http
