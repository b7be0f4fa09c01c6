// SPDX-License-Identifier: Apache-2.0
#include "service/description_json.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "codec/json_fields.h"
#include "codec/text.h"
#include "service/service_description.h"

namespace ekiben::service {
namespace {

using codec::JsonFields;

constexpr size_t kMost = 1000;  // APIs, runners, methods: what a person could still overlook.
constexpr int64_t kAnyCount = std::numeric_limits<int32_t>::max();
constexpr int64_t kAnySize = std::numeric_limits<int64_t>::max();

// A path that a request line can hold as it is.
bool IsPath(std::string_view path) {
  return path.starts_with('/') && std::ranges::all_of(path, [](char c) {
           return c > ' ' && c <= '~' && c != '?' && c != '#';
         });
}

std::string ReadPath(const JsonFields& fields, std::string_view key) {
  std::string path = fields.String(key);
  if (!path.starts_with('/')) path.insert(0, "/");
  if (!IsPath(path)) {
    fields.Fail(
        key, fmt::format("{} is no path: ASCII without spaces, '?' and '#'", codec::Quoted(path)));
  }
  return path;
}

std::string ReadName(const JsonFields& fields) {
  std::string name = fields.String("name");
  if (name.empty()) fields.Fail("name", "expected a name, got the empty text");
  return name;
}

ApiMode ReadMode(const JsonFields& fields) {
  const std::string name = fields.StringOr("mode", kModeNames.front());
  const auto found = std::ranges::find(kModeNames, name);
  if (found != kModeNames.end()) return static_cast<ApiMode>(found - kModeNames.begin());
  fields.Fail("mode", fmt::format("expected sync, async, stream or async_stream, got {}",
                                  codec::Quoted(name)));
  return ApiMode::kSync;
}

ApiDescription ReadApi(const JsonFields& fields) {
  ApiDescription api{.name = ReadName(fields),
                     .route = ReadPath(fields, "route"),
                     .doc = fields.StringOr("doc", ""),
                     .mode = ReadMode(fields),
                     .wants_context = fields.BoolOr("context", false)};
  fields.Object("input", [&](const JsonFields& plan) { api.input = ReadIoDescriptor(plan); });
  fields.Object("output", [&](const JsonFields& plan) { api.output = ReadIoDescriptor(plan); });
  if (api.output && api.streams()) api.output->stream = true;
  // JSON as text, so that what is printed is what was written.
  api.sample_request = fields.StringOr("sample", api.input ? api.input->example : "");
  if (!codec::JsonValue::Parse(api.sample_request)) api.sample_request.clear();
  return api;
}

void ReadApis(const JsonFields& fields, ServiceDescription& service) {
  std::map<std::string, std::string> owners;  // By route.
  fields.Each("apis", [&](const JsonFields& each) {
    ApiDescription api = ReadApi(each);
    const auto [owner, is_new] = owners.try_emplace(api.route, api.name);
    if (!is_new) {
      each.Fail("route", fmt::format("{} is the route of the API {} already",
                                     codec::Quoted(api.route), codec::Quoted(owner->second)));
    }
    service.apis.push_back(std::move(api));
  });
  if (service.apis.size() > kMost) fields.Fail("apis", fmt::format("more than {}", kMost));
}

MethodDescription ReadMethod(const JsonFields& fields) {
  MethodDescription method{.name = ReadName(fields),
                           .batchable = fields.BoolOr("batchable", false),
                           .max_batch_size = fields.IntIfAny("max_batch_size", 1, kAnyCount),
                           .max_latency_ms = fields.NumberIfAny("max_latency_ms"),
                           .native = fields.BoolOr("native", false)};
  if (!fields.Has("batch_dim")) return method;
  const std::vector<int64_t> dims = fields.Ints("batch_dim");
  const auto fits = [](int64_t dim) { return dim >= 0 && dim < int64_t{Shape::kMaxRank}; };
  if (dims.size() != 2 || !std::ranges::all_of(dims, fits)) {
    fields.Fail("batch_dim", "expected two axes, of the input and of the output");
    return method;
  }
  method.input_batch_dim = dims[0];
  method.output_batch_dim = dims[1];
  return method;
}

RunnerSettings ReadSettings(const JsonFields& fields) {
  constexpr int64_t kMostCores = 4096;
  RunnerSettings settings{.batching = fields.BoolOr("batching", true),
                          .max_batch_size = fields.IntIfAny("max_batch_size", 1, kAnyCount),
                          .max_latency_ms = fields.NumberIfAny("max_latency_ms"),
                          .timeout_s = fields.NumberIfAny("timeout"),
                          .max_concurrency = fields.IntIfAny("max_concurrency", 1, kAnyCount),
                          .threads = fields.IntIfAny("threads", 1, kMostCores),
                          .cores = fields.Ints("cores"),
                          .memory = fields.IntIfAny("memory", 1, kAnySize)};
  const auto is_core = [](int64_t core) { return core >= 0 && core < kMostCores; };
  if (!std::ranges::all_of(settings.cores, is_core))
    fields.Fail("cores", "expected cores' numbers");
  return settings;
}

RunnerDescription ReadRunner(const JsonFields& fields) {
  RunnerDescription runner{.name = ReadName(fields),
                           .models = fields.Strings("models"),
                           .module = fields.StringOr("module", ""),
                           .runnable = fields.StringOr("runnable", ""),
                           .resources = fields.Strings("resources"),
                           .multi_threading = fields.BoolOr("multi_threading", false),
                           .embedded = fields.BoolOr("embedded", false)};
  fields.Each("workers", [&](const JsonFields& each) {
    auto& environment = runner.workers.emplace_back();
    for (std::string& name : each.Names()) {
      std::string value = each.String(name);
      environment.emplace_back(std::move(name), std::move(value));
    }
  });
  if (runner.workers.size() > kMost) fields.Fail("workers", fmt::format("more than {}", kMost));
  if (fields.Has("settings")) {
    fields.Object("settings",
                  [&](const JsonFields& settings) { runner.settings = ReadSettings(settings); });
  }
  fields.Each("methods", [&](const JsonFields& each) {
    MethodDescription method = ReadMethod(each);
    if (std::ranges::find(runner.methods, method.name, &MethodDescription::name) !=
        runner.methods.end()) {
      each.Fail("name", fmt::format("{} is there twice", codec::Quoted(method.name)));
    }
    runner.methods.push_back(std::move(method));
  });
  if (runner.methods.size() > kMost) fields.Fail("methods", fmt::format("more than {}", kMost));
  return runner;
}

void ReadRunners(const JsonFields& fields, ServiceDescription& service) {
  fields.Each("runners", [&](const JsonFields& each) {
    RunnerDescription runner = ReadRunner(each);
    if (std::ranges::find(service.runners, runner.name, &RunnerDescription::name) !=
        service.runners.end()) {
      each.Fail("name", fmt::format("two runners are called {}; give one of them another name",
                                    codec::Quoted(runner.name)));
    }
    service.runners.push_back(std::move(runner));
  });
  if (service.runners.size() > kMost) fields.Fail("runners", fmt::format("more than {}", kMost));
}

HookCounts ReadHooks(const JsonFields& fields) {
  return {.startup = fields.IntIfAny("startup", 0, kAnyCount).value_or(0),
          .shutdown = fields.IntIfAny("shutdown", 0, kAnyCount).value_or(0),
          .deployment = fields.IntIfAny("deployment", 0, kAnyCount).value_or(0)};
}

void ReadMounts(const JsonFields& fields, ServiceDescription& service) {
  fields.Each("mounts", [&](const JsonFields& each) {
    MountDescription mount{.path = ReadPath(each, "path"), .kind = each.String("kind")};
    if (mount.kind != "asgi" && mount.kind != "wsgi") {
      each.Fail("kind", fmt::format("expected asgi or wsgi, got {}", codec::Quoted(mount.kind)));
    }
    service.mounts.push_back(std::move(mount));
  });
}

}  // namespace

Result<ServiceDescription> ParseServiceDescription(std::string_view json) {
  const Result<codec::JsonValue> document = codec::JsonValue::Parse(json);
  if (!document) return Error(Status(document.error()).WithContext("service description"));
  Status status;
  const JsonFields fields(*document, "", status);
  const int64_t protocol = fields.Int("protocol", 1, kAnyCount);
  if (protocol != kDescriptionProtocol) {
    fields.Fail("protocol", fmt::format("expected {}, got {}: the worker's ekiben is of another "
                                        "version than this program",
                                        kDescriptionProtocol, protocol));
  }
  ServiceDescription service{.name = ReadName(fields), .version = fields.StringOr("version", "")};
  service.doc = fields.StringOr("doc", "");
  ReadApis(fields, service);
  ReadRunners(fields, service);
  service.models = fields.Strings("models");
  if (fields.Has("hooks")) {
    fields.Object("hooks", [&](const JsonFields& hooks) { service.hooks = ReadHooks(hooks); });
  }
  ReadMounts(fields, service);
  if (fields.Has("packed")) {
    fields.Object("packed", [&](const JsonFields& packed) {
      service.packed = {.include = packed.Strings("include"), .exclude = packed.Strings("exclude")};
    });
  }
  service.newest = fields.Strings("newest");
  service.middleware = fields.IntIfAny("middleware", 0, kAnyCount).value_or(0);
  if (!status.ok()) return Error(std::move(status).WithContext("service description"));
  return service;
}

}  // namespace ekiben::service
