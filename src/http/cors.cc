// SPDX-License-Identifier: Apache-2.0
#include "http/cors.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ekiben::http {
namespace {

constexpr std::string_view kAll = "*";
// A browser may send these without asking.
constexpr std::array<std::string_view, 4> kSafe = {"accept", "accept-language", "content-language",
                                                   "content-type"};
constexpr size_t kLongestOrigin = 512;  // A longer one is nobody's, and no pattern is tried on it.

bool Contains(std::span<const std::string> list, std::string_view text) {
  return std::ranges::any_of(list,
                             [&](const auto& each) { return EqualsIgnoringCase(each, text); });
}

// Whether each name of "a, b" may be sent.
bool AllAllowed(std::string_view names, std::span<const std::string> allowed) {
  while (!names.empty()) {
    const size_t comma = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto same = [&](std::string_view safe) { return EqualsIgnoringCase(safe, name); };
    if (!name.empty() && std::ranges::none_of(kSafe, same) && !Contains(allowed, name))
      return false;
  }
  return true;
}

Status CheckTexts(const Cors::Options& options) {
  for (const auto* list :
       {&options.origins, &options.methods, &options.headers, &options.exposed}) {
    for (const std::string& text : *list) {
      const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
      if (text.empty() || !printable) {
        return InvalidArgument(fmt::format("'{}' cannot stand in a header of CORS", text));
      }
    }
  }
  return {};
}

}  // namespace

Result<Cors> Cors::Create(Options options) {
  if (Status texts = CheckTexts(options); !texts.ok()) return Error(std::move(texts));
  Cors cors(std::move(options));
  cors.any_origin_ = Contains(cors.options_.origins, kAll);
  cors.any_method_ = Contains(cors.options_.methods, kAll);
  cors.any_header_ = Contains(cors.options_.headers, kAll);
  if (cors.options_.origin_pattern.empty()) return cors;
  try {
    cors.pattern_.emplace(cors.options_.origin_pattern);
  } catch (const std::regex_error&) {
    return Error(InvalidArgument(
        fmt::format("'{}' is no regular expression for origins", cors.options_.origin_pattern)));
  }
  return cors;
}

bool Cors::Allows(std::string_view origin) const {
  if (any_origin_ || std::ranges::find(options_.origins, origin) != options_.origins.end()) {
    return true;
  }
  return pattern_ && origin.size() <= kLongestOrigin &&
         std::regex_match(origin.begin(), origin.end(), *pattern_);
}

void Cors::AddOrigin(std::string_view origin, Response& response) const {
  const bool any = any_origin_ && !options_.credentials;
  response.headers.emplace_back("access-control-allow-origin", any ? kAll : origin);
  if (!any) response.headers.emplace_back("vary", "origin");
  if (options_.credentials) {
    response.headers.emplace_back("access-control-allow-credentials", "true");
  }
}

std::optional<Response> Cors::Preflight(const Request& request) const {
  const std::string_view method = request.Header("access-control-request-method");
  const std::string_view origin = request.Header("origin");
  if (request.method != "OPTIONS" || method.empty() || origin.empty()) return std::nullopt;
  const std::string_view headers = request.Header("access-control-request-headers");

  Response response{.content_type = "text/plain; charset=utf-8", .body = "OK"};
  std::vector<std::string_view> wrong;
  if (Allows(origin)) {
    AddOrigin(origin, response);
  } else {
    wrong.emplace_back("origin");
  }
  if (any_method_) {
    response.headers.emplace_back("access-control-allow-methods",
                                  "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  } else {
    response.headers.emplace_back("access-control-allow-methods",
                                  fmt::format("{}", fmt::join(options_.methods, ", ")));
    if (!Contains(options_.methods, method)) wrong.emplace_back("method");
  }
  if (any_header_) {
    // What was asked for, which the parser has let through as a header's text.
    response.headers.emplace_back("access-control-allow-headers", headers);
  } else {
    std::vector<std::string_view> allowed(kSafe.begin(), kSafe.end());
    allowed.insert(allowed.end(), options_.headers.begin(), options_.headers.end());
    response.headers.emplace_back("access-control-allow-headers",
                                  fmt::format("{}", fmt::join(allowed, ", ")));
    if (!AllAllowed(headers, options_.headers)) wrong.emplace_back("headers");
  }
  response.headers.emplace_back("access-control-max-age", fmt::format("{}", options_.max_age_s));
  if (!wrong.empty()) {
    response.status = 400;
    response.body = fmt::format("not allowed by CORS: {}", fmt::join(wrong, ", "));
  }
  return response;
}

void Cors::Annotate(const Request& request, Response& response) const {
  const std::string_view origin = request.Header("origin");
  if (origin.empty() || !Allows(origin)) return;
  AddOrigin(origin, response);
  if (options_.exposed.empty()) return;
  response.headers.emplace_back("access-control-expose-headers",
                                fmt::format("{}", fmt::join(options_.exposed, ", ")));
}

}  // namespace ekiben::http
