// SPDX-License-Identifier: Apache-2.0
#include "http/parser.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

namespace ekiben::http {
namespace {

namespace beast = boost::beast;
using ErrorCode = beast::error_code;
using HttpError = beast::http::error;

// "/predict" of "http://host/predict", as clients write targets for proxies.
std::string_view WithoutOrigin(std::string_view target) {
  if (target.starts_with('/')) return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!EqualsIgnoringCase(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    return target.substr(std::min(target.find_first_of("/?"), target.size()));
  }
  return target;
}

// Writes what Beast reads into a Request.
class BeastParser final : public beast::http::basic_parser<true> {
 public:
  BeastParser(Request& request, const Limits& limits) : request_(request), limits_(limits) {
    eager(true);
    header_limit(limits.header_bytes);
    body_limit(limits.body_bytes);
  }

  // 10 times the major version and the minor one.
  int version() const { return version_; }

 private:
  using View = beast::string_view;
  static std::string_view Std(View text) { return {text.data(), text.size()}; }

  void on_request_impl(beast::http::verb, View method, View target, int version,
                       ErrorCode&) override {
    version_ = version;
    request_.method = Std(method);
    const std::string_view whole = WithoutOrigin(Std(target));
    const size_t question = whole.find('?');
    request_.path = whole.substr(0, question);
    if (request_.path.empty()) request_.path = "/";
    if (question != whole.npos) request_.query = whole.substr(question + 1);
  }
  void on_field_impl(beast::http::field field, View name, View value, ErrorCode& error) override {
    // Beast passes over codings that it does not know, and with them over where the body ends.
    if (field == beast::http::field::transfer_encoding) {
      const bool again = std::exchange(has_transfer_encoding_, true);
      if (again || version_ == 10 || !EqualsIgnoringCase(Std(value), "chunked")) {
        error = HttpError::bad_transfer_encoding;
        return;
      }
    }
    if (++header_count_ > limits_.headers) {
      error = HttpError::header_limit;
      return;
    }
    request_.AddHeader(Std(name), Std(value));
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) override {
    if (length) request_.body.reserve(std::min<uint64_t>(*length, kReserveAtMost));
  }
  size_t on_body_impl(View body, ErrorCode&) override {
    request_.body += Std(body);
    return body.size();
  }
  size_t on_chunk_body_impl(uint64_t, View body, ErrorCode&) override {
    request_.body += Std(body);
    return body.size();
  }
  void on_header_impl(ErrorCode&) override {}
  void on_chunk_header_impl(uint64_t, View, ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}
  void on_response_impl(int, View, int, ErrorCode&) override {}

  // A length that is only announced does not make the server take that much memory.
  static constexpr uint64_t kReserveAtMost = 1 << 20;

  Request& request_;
  const Limits& limits_;
  size_t header_count_ = 0;
  bool has_transfer_encoding_ = false;
  int version_ = 11;
};

Status ToStatus(const ErrorCode& error, const Limits& limits) {
  if (error == HttpError::header_limit) {
    return {Code::kHeaderTooLarge, fmt::format("the header has more than {} bytes or {} fields",
                                               limits.header_bytes, limits.headers)};
  }
  if (error == HttpError::body_limit) {
    return {Code::kPayloadTooLarge,
            fmt::format("the body has more than {} bytes", limits.body_bytes)};
  }
  return InvalidArgument(fmt::format("this is not HTTP/1.1: {}", error.message()));
}

}  // namespace

class RequestParser::Impl {
 public:
  explicit Impl(const Limits& limits) : limits_(limits) {}

  void Begin(Request& request) {
    request.Clear();
    request_ = &request;
    checked_ = false;
    parser_.emplace(request, limits_);
  }

  Result<Progress> Feed(std::string_view bytes) {
    Progress progress;
    while (!parser_->is_done() && progress.used < bytes.size()) {
      ErrorCode error;
      const std::string_view rest = bytes.substr(progress.used);
      const size_t used = parser_->put(boost::asio::buffer(rest.data(), rest.size()), error);
      progress.used += used;
      if (error && error != HttpError::need_more) return Error(ToStatus(error, limits_));
      if (used == 0) break;
      if (parser_->is_header_done() && !std::exchange(checked_, true)) {
        if (Status host = CheckHost(); !host.ok()) return Error(std::move(host));
      }
    }
    progress.complete = parser_->is_done();
    return progress;
  }

  bool header_done() const { return parser_->is_header_done(); }
  bool keep_alive() const { return parser_->keep_alive(); }
  int version() const { return parser_->version(); }
  bool expects_continue() const {
    return header_done() && EqualsIgnoringCase(request_->Header("expect"), "100-continue");
  }

 private:
  Status CheckHost() const {
    const size_t hosts = request_->HeaderCount("host");
    if (hosts == 1 || (hosts == 0 && parser_->version() == 10)) return {};
    return InvalidArgument(fmt::format("the request has {} Host headers, not one", hosts));
  }

  const Limits& limits_;
  Request* request_ = nullptr;
  bool checked_ = false;
  std::optional<BeastParser> parser_;
};

RequestParser::RequestParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;

void RequestParser::Begin(Request& request) { impl_->Begin(request); }
Result<RequestParser::Progress> RequestParser::Feed(std::string_view bytes) {
  return impl_->Feed(bytes);
}
bool RequestParser::header_done() const { return impl_->header_done(); }
bool RequestParser::expects_continue() const { return impl_->expects_continue(); }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
int RequestParser::version() const { return impl_->version(); }

}  // namespace ekiben::http
