// SPDX-License-Identifier: Apache-2.0
#include "routes/openapi.h"

#include <span>

#include <fmt/format.h>

#include "base/json_writer.h"

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

std::string ElementSchema(const TensorSpec& spec) {
  const std::string_view type = spec.type == DataType::kBool     ? "boolean"
                                : spec.type == DataType::kString ? "string"
                                : IsInteger(spec.type)           ? "integer"
                                                                 : "number";
  if (spec.missing) return fmt::format(R"({{"type":["{}","null"]}})", type);
  return fmt::format(R"({{"type":"{}"}})", type);
}

// Nested arrays, the innermost axis last; lengths where the specification fixes them.
std::string TensorSchema(const TensorSpec& spec, bool lengths_hold) {
  std::string schema = ElementSchema(spec);
  if (spec.any_rank) return fmt::format(R"({{"anyOf":[{},{{"type":"array"}}]}})", schema);
  for (size_t axis = spec.shape.rank(); axis-- > 0;) {
    const int64_t length = spec.shape[axis];
    const std::string bounds = lengths_hold && length != Shape::kAny
                                   ? fmt::format(R"(,"minItems":{0},"maxItems":{0})", length)
                                   : "";
    schema = fmt::format(R"({{"type":"array","items":{}{}}})", schema, bounds);
  }
  return schema;
}

std::string ObjectSchema(std::span<const TensorSpec> specs, bool lengths_hold) {
  JsonWriter json;
  json.BeginObject().Member("type", "object").Key("properties").BeginObject();
  for (const TensorSpec& spec : specs) json.Key(spec.name).Raw(TensorSchema(spec, lengths_hold));
  json.EndObject().Key("required").BeginArray();
  for (const TensorSpec& spec : specs) json.String(spec.name);
  return json.EndArray().EndObject().text();
}

// One input may come bare or as {"input": …}; several come by name.
std::string RequestSchema(std::span<const TensorSpec> inputs) {
  if (inputs.size() != 1) return ObjectSchema(inputs, true);
  TensorSpec named = inputs.front();
  named.name = "input";
  return fmt::format(R"({{"oneOf":[{},{}]}})", TensorSchema(inputs.front(), true),
                     ObjectSchema(std::span(&named, 1), true));
}

// The lengths that a converter declares for outputs are not to be relied on.
std::string AnswerSchema(std::span<const TensorSpec> outputs) {
  return outputs.size() == 1 ? TensorSchema(outputs.front(), false) : ObjectSchema(outputs, false);
}

void WriteContent(JsonWriter& json, const std::string& schema, bool npy, std::string_view example) {
  json.Key("content").BeginObject().Key("application/json").BeginObject();
  json.Key("schema").Raw(schema);
  if (!example.empty()) json.Key("example").Raw(example);
  json.EndObject();
  if (npy) {
    json.Key("application/x-npy").Raw(R"({"schema":{"type":"string","format":"binary"}})");
  }
  json.EndObject();
}

void WriteApi(JsonWriter& json, const service::ServiceDescription& service,
              const service::ApiDescription& api) {
  json.Key(api.route).BeginObject().Key("post").BeginObject();
  json.Key("tags").Raw(R"(["Service APIs"])").Member("summary", api.name);
  json.Member("operationId", fmt::format("{}__{}", service.name, api.name));
  json.Member("description", api.doc);
  json.Key("requestBody").BeginObject().Key("required").Bool(true);
  WriteContent(json, RequestSchema(api.inputs), api.inputs.size() == 1, api.sample_request);
  json.EndObject().Key("responses").BeginObject();
  json.Key("200").BeginObject().Member("description", "The model's answer.");
  WriteContent(json, AnswerSchema(api.outputs), api.outputs.size() == 1, "");
  json.EndObject();
  for (const std::string_view status : {"400", "413", "415", "500", "503", "504"}) {
    json.Key(status).Raw(R"({"$ref":"#/components/responses/Problem"})");
  }
  json.EndObject().EndObject().EndObject();
}

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

std::string OpenApi(const service::ServiceDescription& service) {
  JsonWriter json;
  json.BeginObject().Member("openapi", "3.1.0").Key("info").BeginObject();
  json.Member("title", service.name).Member("version", service.version).EndObject();
  json.Key("tags").Raw(R"([{"name":"Service APIs"},{"name":"Infrastructure"}])");
  json.Key("paths").BeginObject();
  for (const service::ApiDescription& api : service.apis) WriteApi(json, service, api);
  WriteSystem(json, "/livez", "Whether the process is alive.", "text/plain");
  WriteSystem(json, "/readyz", "Whether requests can be answered.", "text/plain");
  WriteSystem(json, "/healthz", "The same as /livez.", "text/plain");
  WriteSystem(json, "/metrics", "Metrics in Prometheus' text format.", "text/plain");
  WriteSystem(json, "/docs.json", "This document.", "application/json");
  json.EndObject().Key("components").BeginObject();
  json.Key("schemas").BeginObject().Key("Problem").Raw(kProblemSchema).EndObject();
  json.Key("responses")
      .Raw(R"({"Problem":{"description":"What went wrong (RFC 9457).","content":)"
           R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}})");
  return json.EndObject().EndObject().text();
}

}  // namespace ekiben::routes
