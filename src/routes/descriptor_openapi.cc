// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "codec/json_document.h"
#include "routes/openapi30_schema.h"
#include "routes/openapi_parts.h"

namespace ekiben::routes {
namespace {

using service::IoDescriptor;
using service::ValueKind;

// Schemas by name: what those of the APIs refer to.
using Definitions = std::map<std::string, std::string>;

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// A schema's own definitions become the document's: within the document its references would lead
// elsewhere.
std::string Hoisted(const std::string& schema, Definitions& definitions) {
  const auto value = codec::JsonValue::Parse(schema);
  if (!value || value->kind() != codec::JsonValue::Kind::kObject) return "{}";
  const auto refer = [](std::string text) {
    ReplaceAll(text, "\"#/$defs/", "\"#/components/schemas/");
    ReplaceAll(text, "\"#/definitions/", "\"#/components/schemas/");
    return text;
  };
  const auto converted = [&refer](const codec::JsonValue& any) {
    JsonWriter json;
    WriteOpenApi30Schema(any, json);
    return refer(json.text());
  };
  for (const std::string_view key : {"$defs", "definitions"}) {
    const codec::JsonValue* const own = value->Find(key);
    if (own == nullptr) continue;
    for (size_t i = 0; i < own->keys().size(); ++i) {
      definitions.emplace(own->keys()[i], converted(own->items()[i]));
    }
  }
  return converted(*value);
}

std::string SchemaOf(const IoDescriptor& descriptor, Definitions& definitions) {
  if (!descriptor.schema.empty()) return Hoisted(descriptor.schema, definitions);
  switch (descriptor.kind) {
    case ValueKind::kTensor: return R"({"type":"array","items":{}})";
    case ValueKind::kJson: return "{}";
    case ValueKind::kText: return R"({"type":"string"})";
    case ValueKind::kBlob: return R"({"type":"string","format":"binary"})";
    case ValueKind::kParts: break;
  }
  JsonWriter json;
  json.BeginObject().Member("type", "object").Key("properties").BeginObject();
  for (const auto& [name, part] : descriptor.parts) {
    json.Key(name).Raw(SchemaOf(part, definitions));
  }
  json.EndObject().Key("required").BeginArray();
  for (const auto& [name, part] : descriptor.parts) json.String(name);
  return json.EndArray().EndObject().text();
}

std::vector<std::string> MediaTypesOf(const IoDescriptor& descriptor, bool is_input) {
  if (descriptor.kind == ValueKind::kBlob && is_input && !descriptor.media_types.empty()) {
    return descriptor.media_types;
  }
  if (!descriptor.content_type.empty()) return {descriptor.content_type};
  switch (descriptor.kind) {
    case ValueKind::kTensor:
    case ValueKind::kJson: return {"application/json"};
    case ValueKind::kText: return {"text/plain"};
    case ValueKind::kBlob: break;
    case ValueKind::kParts: return {"multipart/form-data"};
  }
  if (descriptor.media_types.empty()) return {"application/octet-stream"};
  return {descriptor.media_types.front()};
}

void WriteContent(JsonWriter& json, const IoDescriptor& descriptor, bool is_input,
                  Definitions& definitions) {
  const std::string schema = SchemaOf(descriptor, definitions);
  json.Key("content").BeginObject();
  for (const std::string& type : MediaTypesOf(descriptor, is_input)) {
    json.Key(type).BeginObject().Key("schema").Raw(schema);
    if (!descriptor.example.empty()) json.Key("example").Raw(descriptor.example);
    json.EndObject();
  }
  if (descriptor.kind == ValueKind::kTensor) {
    json.Key("application/x-npy").Raw(R"({"schema":{"type":"string","format":"binary"}})");
  }
  json.EndObject();
  if (!descriptor.io.empty()) json.Key("x-bentoml-io-descriptor").Raw(descriptor.io);
}

void WriteApi(JsonWriter& json, const service::ServiceDescription& service,
              const service::ApiDescription& api, Definitions& definitions) {
  json.Key(api.route).BeginObject().Key("post").BeginObject();
  json.Key("tags").Raw(R"(["Service APIs"])").Member("x-bentoml-name", api.name);
  json.Member("summary", fmt::format("InferenceAPI({} → {})", api.input->name, api.output->name));
  json.Member("description", api.doc);
  json.Member("operationId", fmt::format("{}__{}", service.name, api.name));
  json.Key("requestBody").BeginObject().Key("required").Bool(true);
  WriteContent(json, *api.input, true, definitions);
  json.EndObject().Key("responses").BeginObject();
  json.Key("200").BeginObject().Member("description", "What the function returned.");
  WriteContent(json, *api.output, false, definitions);
  json.EndObject();
  WriteErrors(json);
  json.EndObject().EndObject().EndObject();
}

}  // namespace

std::string DescriptorOpenApi(const service::ServiceDescription& service) {
  Definitions definitions;
  JsonWriter json;
  json.BeginObject().Member("openapi", "3.0.2");
  WriteHead(json, service);
  json.Key("paths").BeginObject();
  for (const service::ApiDescription& api : service.apis) {
    if (api.input && api.output) WriteApi(json, service, api, definitions);
  }
  WriteSystemPaths(json);
  json.EndObject().Key("components").BeginObject().Key("schemas").BeginObject();
  WriteProblemSchema(json);
  definitions.erase("Problem");
  for (const auto& [name, schema] : definitions) json.Key(name).Raw(schema);
  json.EndObject().Key("responses");
  WriteProblemResponse(json);
  return json.EndObject().EndObject().text();
}

}  // namespace ekiben::routes
