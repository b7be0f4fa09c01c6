// SPDX-License-Identifier: Apache-2.0
#include "routes/openapi.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "routes/openapi_parts.h"

namespace ekiben::routes {
namespace {

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
  WriteErrors(json);
  json.EndObject().EndObject().EndObject();
}

}  // namespace

std::string OpenApi(const service::ServiceDescription& service) {
  if (std::ranges::any_of(service.apis, [](const auto& api) { return api.input.has_value(); })) {
    return DescriptorOpenApi(service);
  }
  JsonWriter json;
  json.BeginObject().Member("openapi", "3.1.0");
  WriteHead(json, service);
  json.Key("paths").BeginObject();
  for (const service::ApiDescription& api : service.apis) WriteApi(json, service, api);
  WriteSystemPaths(json);
  json.EndObject().Key("components").BeginObject();
  json.Key("schemas").BeginObject();
  WriteProblemSchema(json);
  json.EndObject().Key("responses");
  WriteProblemResponse(json);
  return json.EndObject().EndObject().text();
}

}  // namespace ekiben::routes
