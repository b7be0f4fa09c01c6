// SPDX-License-Identifier: Apache-2.0
#include "http/message.h"

#include <algorithm>

namespace ekiben::http {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](char left, char right) { return Lower(left) == Lower(right); });
}

void Request::AddHeader(std::string_view name, std::string_view value) {
  headers_.push_back({header_text_.size(), name.size(), value.size()});
  header_text_ += name;
  header_text_ += value;
}

std::string_view Request::NameOf(const Entry& entry) const {
  return std::string_view(header_text_).substr(entry.name_at, entry.name_size);
}

std::string_view Request::Header(std::string_view name) const {
  for (const Entry& entry : headers_) {
    if (!EqualsIgnoringCase(NameOf(entry), name)) continue;
    return std::string_view(header_text_).substr(entry.name_at + entry.name_size, entry.value_size);
  }
  return {};
}

size_t Request::HeaderCount(std::string_view name) const {
  return static_cast<size_t>(std::ranges::count_if(
      headers_, [&](const Entry& entry) { return EqualsIgnoringCase(NameOf(entry), name); }));
}

void Request::Clear() {
  method.clear();
  path.clear();
  query.clear();
  body.clear();
  request_id.clear();
  header_text_.clear();
  headers_.clear();
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Unknown";
  }
}

}  // namespace ekiben::http
