// SPDX-License-Identifier: Apache-2.0
#include "service/service_description.h"

#include <span>

#include "base/json_writer.h"

namespace ekiben::service {
namespace {

void Write(JsonWriter& json, std::string_view key, std::span<const TensorSpec> specs) {
  json.Key(key).BeginArray();
  for (const TensorSpec& spec : specs) {
    json.BeginObject().Member("name", spec.name).Member("dtype", DataTypeName(spec.type));
    if (!spec.any_rank) json.Key("shape").Raw(spec.shape.ToString());
    json.Key("missing").Bool(spec.missing).EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string ServiceDescription::ToJson() const {
  JsonWriter json;
  json.BeginObject().Member("name", name).Member("version", version).Key("apis").BeginArray();
  for (const ApiDescription& api : apis) {
    json.BeginObject().Member("name", api.name).Member("route", api.route).Member("doc", api.doc);
    Write(json, "inputs", api.inputs);
    Write(json, "outputs", api.outputs);
    json.Key("batches").Bool(api.batches);
    if (!api.sample_request.empty()) json.Key("sample_request").Raw(api.sample_request);
    json.EndObject();
  }
  json.EndArray().Key("unserved").BeginArray();
  for (const Unserved& signature : unserved) {
    json.BeginObject().Member("name", signature.name).Member("reason", signature.reason);
    json.EndObject();
  }
  return json.EndArray().EndObject().text();
}

}  // namespace ekiben::service
