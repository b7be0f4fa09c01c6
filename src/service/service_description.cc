// SPDX-License-Identifier: Apache-2.0
#include "service/service_description.h"

#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "service/description_json.h"

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

void Write(JsonWriter& json, std::string_view key, std::span<const std::string> strings) {
  json.Key(key).BeginArray();
  for (const std::string& string : strings) json.String(string);
  json.EndArray();
}

void WriteApi(JsonWriter& json, const ApiDescription& api) {
  json.BeginObject().Member("name", api.name).Member("route", api.route).Member("doc", api.doc);
  if (api.input && api.output) {
    json.Member("mode", kModeNames[static_cast<size_t>(api.mode)]);
    json.Key("context").Bool(api.wants_context);
    WriteIoDescriptor(*api.input, json.Key("input"));
    WriteIoDescriptor(*api.output, json.Key("output"));
  } else {
    Write(json, "inputs", api.inputs);
    Write(json, "outputs", api.outputs);
    json.Key("batches").Bool(api.batches);
  }
  if (!api.sample_request.empty()) json.Key("sample_request").Raw(api.sample_request);
  json.EndObject();
}

void Write(JsonWriter& json, std::string_view key, const std::optional<int64_t>& number) {
  if (number) json.Key(key).Int(*number);
}

void Write(JsonWriter& json, std::string_view key, const std::optional<double>& number) {
  if (number) json.Key(key).Raw(fmt::format("{}", *number));
}

void WriteMethod(JsonWriter& json, const MethodDescription& method) {
  json.BeginObject().Member("name", method.name).Key("batchable").Bool(method.batchable);
  json.Key("batch_dim").BeginArray().Int(method.input_batch_dim).Int(method.output_batch_dim);
  json.EndArray();
  Write(json, "max_batch_size", method.max_batch_size);
  Write(json, "max_latency_ms", method.max_latency_ms);
  json.Key("native").Bool(method.native);
  json.EndObject();
}

void WriteSettings(JsonWriter& json, const RunnerSettings& settings) {
  json.Key("settings").BeginObject().Key("batching").Bool(settings.batching);
  Write(json, "max_batch_size", settings.max_batch_size);
  Write(json, "max_latency_ms", settings.max_latency_ms);
  Write(json, "timeout", settings.timeout_s);
  Write(json, "max_concurrency", settings.max_concurrency);
  Write(json, "threads", settings.threads);
  json.Key("cores").BeginArray();
  for (const int64_t core : settings.cores) json.Int(core);
  json.EndArray();
  Write(json, "memory", settings.memory);
  json.EndObject();
}

void WriteRunner(JsonWriter& json, const RunnerDescription& runner) {
  json.BeginObject().Member("name", runner.name);
  Write(json, "models", runner.models);
  json.Member("module", runner.module).Member("runnable", runner.runnable);
  Write(json, "resources", runner.resources);
  json.Key("multi_threading").Bool(runner.multi_threading).Key("methods").BeginArray();
  for (const MethodDescription& method : runner.methods) WriteMethod(json, method);
  json.EndArray().Key("embedded").Bool(runner.embedded).Key("workers").BeginArray();
  for (const auto& environment : runner.workers) {
    json.BeginObject();
    for (const auto& [name, value] : environment) json.Member(name, value);
    json.EndObject();
  }
  json.EndArray();
  WriteSettings(json, runner.settings);
  json.EndObject();
}

void WriteWhatPythonAdds(JsonWriter& json, const ServiceDescription& service) {
  json.Member("doc", service.doc).Key("runners").BeginArray();
  for (const RunnerDescription& runner : service.runners) WriteRunner(json, runner);
  json.EndArray();
  Write(json, "models", service.models);
  json.Key("hooks").BeginObject().Key("startup").Int(service.hooks.startup);
  json.Key("shutdown").Int(service.hooks.shutdown);
  json.Key("deployment").Int(service.hooks.deployment).EndObject();
  json.Key("mounts").BeginArray();
  for (const MountDescription& mount : service.mounts) {
    json.BeginObject().Member("path", mount.path).Member("kind", mount.kind).EndObject();
  }
  json.EndArray().Key("middleware").Int(service.middleware);
}

}  // namespace

std::string ServiceDescription::ToJson() const {
  JsonWriter json;
  json.BeginObject().Key("protocol").Int(kDescriptionProtocol);
  json.Member("name", name).Member("version", version).Key("apis").BeginArray();
  for (const ApiDescription& api : apis) WriteApi(json, api);
  json.EndArray().Key("unserved").BeginArray();
  for (const Unserved& signature : unserved) {
    json.BeginObject().Member("name", signature.name).Member("reason", signature.reason);
    json.EndObject();
  }
  json.EndArray();
  WriteWhatPythonAdds(json, *this);
  return json.EndObject().text();
}

}  // namespace ekiben::service
