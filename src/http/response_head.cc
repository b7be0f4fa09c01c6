// SPDX-License-Identifier: Apache-2.0
#include "http/response_head.h"

#include <ctime>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/compile.h>
#include <fmt/format.h>

namespace ekiben::http {

void AppendResponseHead(std::string& out, const Response& response, std::string_view request_id,
                        std::string_view date, bool keep_alive, bool chunked) {
  auto to = std::back_inserter(out);
  if (response.content_type.view().empty() || HasNoBody(response.status)) {
    fmt::format_to(to, FMT_COMPILE("HTTP/1.1 {} {}\r\ndate: {}\r\nx-request-id: {}\r\n"),
                   response.status, ReasonPhrase(response.status), date, request_id);
    if (response.stream != nullptr) {
      if (chunked) out += "transfer-encoding: chunked\r\n";
    } else if (!HasNoBody(response.status)) {
      fmt::format_to(to, FMT_COMPILE("content-length: {}\r\n"), response.body.size());
    }
  } else if (response.stream == nullptr) {
    fmt::format_to(to,
                   FMT_COMPILE("HTTP/1.1 {} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\n"
                               "date: {}\r\nx-request-id: {}\r\n"),
                   response.status, ReasonPhrase(response.status), response.content_type.view(),
                   response.body.size(), date, request_id);
  } else {
    fmt::format_to(to,
                   FMT_COMPILE("HTTP/1.1 {} {}\r\ncontent-type: {}\r\ndate: {}\r\n"
                               "x-request-id: {}\r\n{}"),
                   response.status, ReasonPhrase(response.status), response.content_type.view(),
                   date, request_id, chunked ? "transfer-encoding: chunked\r\n" : "");
  }
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(to, FMT_COMPILE("{}: {}\r\n"), name, value);
  }
  if (!keep_alive) out += "connection: close\r\n";
  out += "\r\n";
}

void AppendChunk(std::string& out, std::string_view piece) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{:x}\r\n"), piece.size());
  out += piece;
  out += "\r\n";
}

std::string HttpDate() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

}  // namespace ekiben::http
