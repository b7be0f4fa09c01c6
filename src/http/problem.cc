// SPDX-License-Identifier: Apache-2.0
#include "http/problem.h"

#include <utility>

#include <fmt/format.h>

#include "base/json_text.h"

namespace ekiben::http {
namespace {

constexpr std::string_view kInternalMessage =
    "the server failed to answer; its log has the reason under this request's id";

void AppendMember(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += fmt::format(",\"{}\":", name);
  AppendJsonString(out, value);
}

std::string Begin(int http_status) {
  return fmt::format(R"({{"type":"about:blank","title":"{}","status":{})",
                     ReasonPhrase(http_status), http_status);
}

// Whether the same request may be answered a moment later.
bool IsForNow(int http_status) { return http_status == 429 || http_status == 503; }

}  // namespace

int HttpStatus(Code code) {
  switch (code) {
    case Code::kOk: return 200;
    case Code::kInvalidArgument: return 400;
    case Code::kNotFound: return 404;
    case Code::kPermissionDenied: return 403;
    case Code::kFailedPrecondition: return 409;
    case Code::kResourceExhausted: return 429;
    case Code::kDeadlineExceeded: return 504;
    case Code::kUnavailable: return 503;
    case Code::kInternal: return 500;
    case Code::kMethodNotAllowed: return 405;
    case Code::kRequestTimeout: return 408;
    case Code::kLengthRequired: return 411;
    case Code::kPayloadTooLarge: return 413;
    case Code::kUnsupportedMediaType: return 415;
    case Code::kHeaderTooLarge: return 431;
  }
  return 500;
}

Response Problem(const Status& status, std::string_view request_id) {
  Response response{.status = HttpStatus(status.code()),
                    .content_type = "application/problem+json"};
  const bool secret = status.code() == Code::kInternal;
  const std::string_view message = secret ? kInternalMessage : std::string_view(status.message());
  response.body = Begin(response.status);
  AppendMember(response.body, "detail", message);
  AppendMember(response.body, "error", message);
  AppendMember(response.body, "code", CodeName(status.code()));
  AppendMember(response.body, "hint", secret ? std::string_view() : status.hint());
  AppendMember(response.body, "field", status.field());
  AppendMember(response.body, "request_id", request_id);
  response.body += "}\n";
  if (IsForNow(response.status)) response.headers.emplace_back("retry-after", "1");
  return response;
}

Response Problem(int http_status, std::string_view message, std::string_view hint,
                 std::string_view request_id, bool is_public) {
  Response response{.status = http_status, .content_type = "application/problem+json"};
  const bool is_told = is_public || http_status < 500 ||
                       http_status == HttpStatus(Code::kUnavailable) ||
                       http_status == HttpStatus(Code::kDeadlineExceeded);
  if (!is_told) message = kInternalMessage, hint = {};
  response.body = Begin(http_status);
  AppendMember(response.body, "detail", message);
  AppendMember(response.body, "error", message);
  AppendMember(response.body, "hint", hint);
  AppendMember(response.body, "request_id", request_id);
  response.body += "}\n";
  if (IsForNow(http_status)) response.headers.emplace_back("retry-after", "1");
  return response;
}

}  // namespace ekiben::http
