// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/status.h"
#include "http/client_stream.h"
#include "http/proxy.h"
#include "http/url.h"

namespace ekiben::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// A part of an open file as a request's body.
struct FilePart {
  const FileDescriptor* file = nullptr;  // Must stay open.
  uint64_t offset = 0;
  uint64_t size = 0;
};

// What is asked of a server. A value: it can be sent again.
struct ClientRequest {
  std::string method = "GET";
  Url url = {};
  HeaderList headers = {};
  std::string text = {};                                  // The body, unless `part` is.
  FilePart part = {};                                     // The body where it has a file.
  std::function<void(uint64_t bytes)> on_sent = nullptr;  // Hears of every piece of `part`.
};

struct ClientResponse {
  int status = 0;
  HeaderList headers = {};
  std::string body = {};  // Where no sink took it.

  // The first header of that name, or the empty text.
  std::string_view Header(std::string_view name) const;
  std::vector<std::string_view> All(std::string_view name) const;
};

// Takes a body piece by piece. What it fails with ends the transfer.
using BodySink = std::function<Status(const ClientResponse& head, std::string_view bytes)>;

// Asks servers, in HTTP/1.1. Keeps connections for the next request to the same server.
//
// Answers are hostile until proven otherwise: header and body are limited. Redirects, refusals and
// errors of the server are answers like others: the caller decides. kUnavailable is worth another
// try; kFailedPrecondition, where an answer comes more slowly than anybody waits, is not. Calls
// block; thread-safe, one connection a call.
class Client {
 public:
  struct Options {
    StreamTimes times = {};
    ProxyRules proxies = ProxyRules::OfEnvironment();
    uint32_t most_header = 64 << 10;  // Bytes of an answer's head.
    size_t most_body = 8 << 20;       // Bytes of a body that no sink takes.
    std::string user_agent = "ekiben";
  };

  explicit Client(Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `sink` gets the body of an answer of status 200 or 206; other bodies are kept.
  Result<ClientResponse> Send(const ClientRequest& request, const BodySink& sink = nullptr);

 private:
  using Stream = std::unique_ptr<ClientStream>;

  Result<Stream> Open(const Url& url, const std::optional<Url>& proxy);
  Result<Stream> Tunnel(Stream stream, const Url& url);
  Stream TakeIdle(const std::string& origin);
  Result<const TlsContext*> Tls();
  Status SendRequest(const ClientRequest& request, bool by_proxy, ClientStream& stream) const;

  const Options options_;
  std::mutex mutex_;
  std::unique_ptr<TlsContext> tls_;                  // Made when it is needed first.
  std::map<std::string, std::vector<Stream>> idle_;  // By origin.
};

}  // namespace ekiben::http
