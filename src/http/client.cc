// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fmt/format.h>

#include "base/clock.h"
#include "http/message.h"
#include "http/pace.h"
#include "http/response_reader.h"

namespace ekiben::http {
namespace {

constexpr size_t kChunk = size_t{64} << 10;
constexpr size_t kMostIdle = 8;  // Connections to one server.

Status WritePart(const FilePart& part, const std::function<void(uint64_t)>& on_sent,
                 ClientStream& stream) {
  std::vector<char> buffer(std::min<uint64_t>(part.size, kChunk));
  for (uint64_t at = 0; at < part.size;) {
    const size_t most = std::min<uint64_t>(part.size - at, buffer.size());
    const ssize_t got =
        pread(part.file->get(), buffer.data(), most, static_cast<off_t>(part.offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      return FailedPrecondition("a file became shorter, or cannot be read, while it was sent");
    }
    const auto size = static_cast<size_t>(got);
    if (Status sent = stream.Write({buffer.data(), size}); !sent.ok()) return sent;
    at += size;
    if (on_sent) on_sent(size);
  }
  return {};
}

Status TooSlow() {
  constexpr Pace::Limits kLimits;
  return FailedPrecondition(fmt::format("fewer than {} bytes of the answer came in {:.0f} s",
                                        kLimits.least, Seconds(kLimits.window)))
      .WithHint("what has come of a blob is kept: the same command goes on from there");
}

}  // namespace

std::string_view ClientResponse::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (EqualsIgnoringCase(key, name)) return value;
  }
  return {};
}

std::vector<std::string_view> ClientResponse::All(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : headers) {
    if (EqualsIgnoringCase(key, name)) values.push_back(value);
  }
  return values;
}

Client::Client(Options options) : options_(std::move(options)) {}
Client::~Client() = default;

Result<const TlsContext*> Client::Tls() {
  const std::lock_guard lock(mutex_);
  if (tls_ == nullptr) {
    auto made = TlsContext::Make();
    if (!made) return Error(std::move(made).error());
    tls_ = *std::move(made);
  }
  return tls_.get();
}

Client::Stream Client::TakeIdle(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  std::vector<Stream>& streams = idle_[origin];
  while (!streams.empty()) {
    Stream stream = std::move(streams.back());
    streams.pop_back();
    if (stream->IsQuiet()) return stream;
  }
  return nullptr;
}

// Asks a proxy to pass everything on to the server.
Result<Client::Stream> Client::Tunnel(Stream stream, const Url& url) {
  const std::string server = fmt::format("{}:{}", url.host, url.port);
  const std::string ask = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", server);
  if (Status sent = stream->Write(ask); !sent.ok()) return Error(std::move(sent));
  bool keep = false;
  // What follows the head of a success is the server's, and none of it comes before we speak.
  const auto answer =
      ReadResponse([&](char* into, size_t most) { return stream->Read(into, most); }, true,
                   {.header = options_.most_header, .body = options_.most_body}, nullptr, keep);
  if (!answer) return Error(answer.error());
  if (answer->status / 100 == 2) return stream;
  return Error(Unavailable(
      fmt::format("the proxy does not connect to '{}': status {}", server, answer->status)));
}

Result<Client::Stream> Client::Open(const Url& url, const std::optional<Url>& proxy) {
  const Url& next = proxy ? *proxy : url;
  auto stream = ClientStream::Connect(next.host, next.port, options_.times);
  if (!stream || !url.secure) return stream;
  if (proxy) stream = Tunnel(*std::move(stream), url);
  if (!stream) return stream;
  const auto tls = Tls();
  if (!tls) return Error(tls.error());
  if (Status begun = (*stream)->StartTls(**tls, url.host); !begun.ok()) {
    return Error(std::move(begun));
  }
  return stream;
}

Status Client::SendRequest(const ClientRequest& request, bool by_proxy,
                           ClientStream& stream) const {
  const bool has_part = request.part.file != nullptr;
  const uint64_t size = has_part ? request.part.size : request.text.size();
  std::string head =
      fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\n", request.method,
                  by_proxy ? "http://" + request.url.Authority() : "", request.url.target,
                  request.url.Authority(), options_.user_agent);
  for (const auto& [name, value] : request.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
  }
  if (size > 0 || (request.method != "GET" && request.method != "HEAD")) {
    head += fmt::format("Content-Length: {}\r\n", size);
  }
  head += "\r\n";
  if (!has_part) head += request.text;
  Status sent = stream.Write(head);
  return sent.ok() && has_part ? WritePart(request.part, request.on_sent, stream) : sent;
}

Result<ClientResponse> Client::Send(const ClientRequest& request, const BodySink& sink) {
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name) || value.find_first_of("\r\n") != value.npos) {
      return Error(InvalidArgument(fmt::format("the header '{}' cannot be sent", name)));
    }
  }
  const auto proxy = options_.proxies.For(request.url);
  if (!proxy) return Error(proxy.error());
  const std::string origin = request.url.Origin();
  Stream stream = TakeIdle(origin);
  if (stream == nullptr) {
    auto opened = Open(request.url, *proxy);
    if (!opened) return Error(std::move(opened).error());
    stream = *std::move(opened);
  }
  const bool by_proxy = *proxy && !request.url.secure;
  const Status sent = SendRequest(request, by_proxy, *stream);
  if (!sent.ok() && sent.code() != Code::kUnavailable) return Error(sent);

  // Who refuses a body may answer before it has taken it all, so the answer is looked for anyway.
  bool keep = false;
  Status refused;  // By `sink`, which has its own words for it.
  const BodySink watched = [&](const ClientResponse& head, std::string_view bytes) {
    return refused = sink(head, bytes);
  };
  Pace pace;
  auto response = ReadResponse(
      [&](char* into, size_t most) -> Result<size_t> {
        const auto got = stream->Read(into, most);
        if (!got || pace.Add(Now(), *got)) return got;
        return Error(TooSlow());
      },
      request.method == "HEAD", {.header = options_.most_header, .body = options_.most_body},
      sink ? watched : nullptr, keep);
  if (!response) {
    if (!sent.ok()) return Error(sent);
    if (!refused.ok()) return Error(std::move(refused));
    return Error(std::move(response).error().WithContext("'" + request.url.Authority() + "'"));
  }
  if (keep && sent.ok()) {
    const std::lock_guard lock(mutex_);
    std::vector<Stream>& streams = idle_[origin];
    if (streams.size() < kMostIdle) streams.push_back(std::move(stream));
  }
  return response;
}

}  // namespace ekiben::http
