// SPDX-License-Identifier: Apache-2.0
#include "routes/openapi_parts.h"

#include <string_view>

namespace ekiben::routes {
namespace {

constexpr std::string_view kProblemSchema =
    R"({"type":"object","required":["type","title","status","detail","error","code"],)"
    R"("properties":{"type":{"type":"string"},"title":{"type":"string"},)"
    R"("status":{"type":"integer"},"detail":{"type":"string"},)"
    R"("error":{"type":"string","description":"The same as detail."},)"
    R"("code":{"type":"string"},"hint":{"type":"string"},)"
    R"("field":{"type":"string","description":"A JSON pointer into the body."},)"
    R"("request_id":{"type":"string"}}})";

void WriteSystem(JsonWriter& json, std::string_view path, std::string_view summary,
                 std::string_view media_type) {
  json.Key(path).BeginObject().Key("get").BeginObject();
  json.Key("tags").Raw(R"(["Infrastructure"])").Member("summary", summary);
  json.Member("operationId", path.substr(1));
  json.Key("responses").BeginObject().Key("200").BeginObject().Member("description", summary);
  json.Key("content").BeginObject().Key(media_type).BeginObject().EndObject().EndObject();
  json.EndObject().EndObject().EndObject().EndObject();
}

}  // namespace

void WriteHead(JsonWriter& json, const service::ServiceDescription& service) {
  json.Key("info").BeginObject().Member("title", service.name);
  if (!service.doc.empty()) json.Member("description", service.doc);
  // What was not built has no version, and the document must name one.
  json.Member("version", service.version.empty() ? "dev" : service.version).EndObject();
  // Relative to the document, so that it holds behind any proxy.
  json.Key("servers").Raw(R"([{"url":"."}])");
  json.Key("tags").Raw(R"([{"name":"Service APIs","description":"What this service computes."},)"
                       R"({"name":"Infrastructure","description":"Health, metrics and this )"
                       R"(document."}])");
}

void WriteErrors(JsonWriter& json) {
  for (const std::string_view status : {"400", "413", "415", "500", "503", "504"}) {
    json.Key(status).Raw(R"({"$ref":"#/components/responses/Problem"})");
  }
}

void WriteSystemPaths(JsonWriter& json) {
  WriteSystem(json, "/livez", "Whether the process is alive.", "text/plain");
  WriteSystem(json, "/readyz", "Whether requests can be answered.", "text/plain");
  WriteSystem(json, "/healthz", "The same as /livez.", "text/plain");
  WriteSystem(json, "/metrics", "Metrics in Prometheus' text format.", "text/plain");
  WriteSystem(json, "/docs.json", "This document.", "application/json");
}

void WriteProblemSchema(JsonWriter& json) { json.Key("Problem").Raw(kProblemSchema); }

void WriteProblemResponse(JsonWriter& json) {
  json.Raw(R"({"Problem":{"description":"What went wrong (RFC 9457).","content":)"
           R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}})");
}

}  // namespace ekiben::routes
