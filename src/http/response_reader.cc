// SPDX-License-Identifier: Apache-2.0
#include "http/response_reader.h"

#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include "http/message.h"

namespace ekiben::http {
namespace {

namespace beast = boost::beast;
using ErrorCode = beast::error_code;
using HttpError = beast::http::error;

constexpr size_t kChunk = size_t{64} << 10;

// Writes what Beast reads into a ClientResponse, or gives the body to a sink.
class BeastReader final : public beast::http::basic_parser<false> {
 public:
  BeastReader(const ResponseLimits& limits, const BodySink& sink) : limits_(limits), sink_(sink) {
    eager(true);
    header_limit(limits.header);
    body_limit(boost::none);
  }

  ClientResponse response;
  Status failure;  // Of the sink, or of what was too much.

 private:
  using View = beast::string_view;
  static std::string_view Std(View text) { return {text.data(), text.size()}; }

  size_t Take(View body, ErrorCode& error) {
    const bool for_sink = sink_ && (response.status == 200 || response.status == 206);
    if (for_sink) {
      failure = sink_(response, Std(body));
    } else if (response.body.size() + body.size() > limits_.body) {
      failure = FailedPrecondition(fmt::format("the answer has more than {} bytes", limits_.body));
    } else {
      response.body += Std(body);
    }
    if (!failure.ok()) error = HttpError::body_limit;
    return body.size();
  }

  void on_response_impl(int status, View, int, ErrorCode&) override { response.status = status; }
  void on_field_impl(beast::http::field, View name, View value, ErrorCode&) override {
    response.headers.emplace_back(Std(name), Std(value));
  }
  size_t on_body_impl(View body, ErrorCode& error) override { return Take(body, error); }
  size_t on_chunk_body_impl(uint64_t, View body, ErrorCode& error) override {
    return Take(body, error);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_chunk_header_impl(uint64_t, View, ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}
  void on_request_impl(beast::http::verb, View, View, int, ErrorCode&) override {}

  const ResponseLimits limits_;
  const BodySink& sink_;
};

// Bytes that came and were not read yet.
class Buffer {
 public:
  explicit Buffer(const std::function<Result<size_t>(char*, size_t)>& read) : read_(read) {}

  // False where the other side has ended.
  Result<bool> Fill() {
    if (begin_ > 0) bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(begin_));
    begin_ = 0;
    const size_t had = bytes_.size();
    bytes_.resize(had + kChunk);
    const auto got = read_(bytes_.data() + had, kChunk);
    bytes_.resize(had + got.value_or(0));
    if (!got) return Error(got.error());
    return *got > 0;
  }
  std::string_view view() const { return {bytes_.data() + begin_, bytes_.size() - begin_}; }
  void Use(size_t count) { begin_ += count; }

 private:
  const std::function<Result<size_t>(char*, size_t)>& read_;
  std::vector<char> bytes_;
  size_t begin_ = 0;
};

Status NoHttp(const BeastReader& reader, const ErrorCode& error) {
  if (!reader.failure.ok()) return reader.failure;
  if (error == HttpError::partial_message || error == HttpError::end_of_stream) {
    return Unavailable("the connection was broken off before the answer was whole");
  }
  return FailedPrecondition(fmt::format("the answer is not HTTP/1.1: {}", error.message()));
}

// Reads one head and its body.
Status ReadMessage(BeastReader& reader, Buffer& buffer) {
  while (!reader.is_done()) {
    ErrorCode error;
    const std::string_view bytes = buffer.view();
    size_t used = 0;
    if (!bytes.empty()) {
      used = reader.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
      buffer.Use(used);
      if (error && error != HttpError::need_more) return NoHttp(reader, error);
    }
    if (reader.is_done() || used > 0) continue;
    const auto more = buffer.Fill();
    if (!more) return more.error();
    if (*more) continue;
    ErrorCode end = HttpError::partial_message;
    if (reader.is_header_done()) reader.put_eof(end);
    if (end || !reader.is_done()) return NoHttp(reader, end ? end : HttpError::partial_message);
  }
  return {};
}

}  // namespace

Result<ClientResponse> ReadResponse(const std::function<Result<size_t>(char*, size_t)>& read,
                                    bool to_head, const ResponseLimits& limits,
                                    const BodySink& sink, bool& keep) {
  Buffer buffer(read);
  while (true) {
    BeastReader reader(limits, sink);
    reader.skip(to_head);
    if (Status done = ReadMessage(reader, buffer); !done.ok()) return Error(std::move(done));
    if (reader.response.status / 100 == 1) continue;
    keep = reader.keep_alive() && buffer.view().empty();
    return std::move(reader.response);
  }
}

}  // namespace ekiben::http
