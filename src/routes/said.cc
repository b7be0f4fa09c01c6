// SPDX-License-Identifier: Apache-2.0
#include "routes/said.h"

#include <string>
#include <utility>

#include "codec/json_document.h"

namespace ekiben::routes {
namespace {

// Headers that the server writes itself.
bool IsOurs(std::string_view name) {
  for (const std::string_view ours :
       {"content-length", "connection", "transfer-encoding", "date"}) {
    if (http::EqualsIgnoringCase(name, ours)) return true;
  }
  return false;
}

bool IsFieldText(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

}  // namespace

void WriteContext(const http::Request& request, JsonWriter& json) {
  json.Member("id", request.request_id).Member("method", request.method);
  json.Member("path", request.path).Member("query", request.query);
  if (!request.client_address.empty()) {
    json.Key("client").BeginArray().String(request.client_address);
    json.Int(request.client_port).EndArray();
  }
  json.Key("headers").BeginArray();
  request.ForEachHeader([&](std::string_view name, std::string_view value) {
    json.BeginArray().String(name).String(value).EndArray();
  });
  json.EndArray();
}

void ApplySaid(std::string_view said, http::Response& response) {
  if (said.empty()) return;
  const auto document = codec::JsonValue::Parse(said);
  if (!document) return;
  if (const auto* status = document->Find("status")) {
    const auto code = status->Int();
    if (code && *code >= 200 && *code <= 599) response.status = static_cast<int>(*code);
  }
  const auto* headers = document->Find("headers");
  if (headers == nullptr) return;
  for (const codec::JsonValue& pair : headers->items()) {
    if (pair.items().size() != 2) continue;
    const std::string& name = pair.items()[0].text();
    const std::string& value = pair.items()[1].text();
    if (!http::IsToken(name) || IsOurs(name) || !IsFieldText(value)) continue;
    if (http::EqualsIgnoringCase(name, "content-type")) {
      response.content_type = http::ContentType::Owned(value);
    } else {
      response.headers.emplace_back(name, value);
    }
  }
}

std::string SaidOf(const http::Response& response) {
  JsonWriter json;
  json.BeginObject().Key("status").Int(response.status).Key("headers").BeginArray();
  const auto header = [&](std::string_view name, std::string_view value) {
    json.BeginArray().String(name).String(value).EndArray();
  };
  if (!response.content_type.view().empty()) header("content-type", response.content_type.view());
  if (response.stream == nullptr) header("content-length", std::to_string(response.body.size()));
  for (const auto& [name, value] : response.headers) header(name, value);
  return json.EndArray().EndObject().text();
}

}  // namespace ekiben::routes
