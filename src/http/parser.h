// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/status.h"
#include "http/limits.h"
#include "http/message.h"

namespace ekiben::http {

// Turns the bytes of HTTP/1.0 and 1.1 requests into Requests (RFC 9112), strictly: what two servers
// could read in two ways (two lengths, a length and chunks, a bare LF, no Host) is refused.
//
// Beast's parser does the work; its headers stay in parser.cc. Not thread-safe.
class RequestParser {
 public:
  struct Progress {
    size_t used = 0;        // Bytes taken; the rest is to be given again, with more behind it.
    bool complete = false;  // The request is whole.
  };

  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Begins the next request, which is written into `request`; that must live until the next
  // Begin().
  void Begin(Request& request);

  // Takes bytes. After an error the connection has no next request: where one would begin is not
  // known.
  Result<Progress> Feed(std::string_view bytes);

  // Whether the request line and the headers are through.
  bool header_done() const;
  // Whether the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;
  // Whether the client wants to keep the connection. REQUIRES: header_done()
  bool keep_alive() const;
  // 10 times the major version and the minor one: 11.
  int version() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ekiben::http
