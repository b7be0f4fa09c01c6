// SPDX-License-Identifier: Apache-2.0
#include "server/configuration.h"

#include <utility>
#include <vector>

#include "codec/json_fields.h"

namespace ekiben::server {
namespace {

using codec::JsonFields;

constexpr int64_t kMostWorkers = 1024;
constexpr int64_t kMostRequests = int64_t{1} << 31;

Duration FromSeconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

http::Cors::Options ReadCors(const JsonFields& fields) {
  http::Cors::Options cors{.origins = fields.Strings("allow_origins"),
                           .origin_pattern = fields.StringOr("allow_origin_regex", ""),
                           .headers = fields.Strings("allow_headers"),
                           .exposed = fields.Strings("expose_headers"),
                           .credentials = fields.BoolOr("allow_credentials", false)};
  if (fields.Has("allow_methods")) cors.methods = fields.Strings("allow_methods");
  cors.max_age_s = fields.IntIfAny("max_age", 0, kMostRequests).value_or(cors.max_age_s);
  return cors;
}

void ReadServer(const JsonFields& fields, const std::set<std::string>& given,
                ServeOptions& options) {
  if (!given.contains("--host")) options.host = fields.String("host");
  if (!given.contains("--port")) {
    options.port = static_cast<uint16_t>(fields.Int("port", 0, UINT16_MAX));
  }
  if (const auto timeout = fields.NumberIfAny("timeout"); timeout && !given.contains("--timeout")) {
    options.timeout = FromSeconds(*timeout);
  }
  if (!given.contains("--access-log")) options.access_log = fields.Bool("access_log");
  options.quiet_paths = fields.Strings("skip_paths");
  if (const auto most = fields.IntIfAny("max_concurrency", 1, kMostRequests)) {
    options.max_concurrency = static_cast<size_t>(*most);
  }
  options.metrics = fields.Bool("metrics");
}

}  // namespace

Result<Configuration> Configure(std::string_view json, const std::set<std::string>& given,
                                ServeOptions& options) {
  const auto document = codec::JsonValue::Parse(json);
  if (!document) return Error(Status(document.error()).WithContext("configuration"));
  Status status;
  const JsonFields fields(*document, "", status);
  Configuration configuration{.whole = fields.Json("configuration")};
  std::optional<http::Cors::Options> cors;
  fields.Object("server", [&](const JsonFields& server) {
    ReadServer(server, given, options);
    options.duration_bounds = server.Numbers("buckets");
    if (const auto workers = server.IntIfAny("workers", 1, kMostWorkers)) {
      configuration.api_workers = static_cast<size_t>(*workers);
    }
    if (server.Has("cors")) {
      server.Object("cors", [&](const JsonFields& each) { cors = ReadCors(each); });
    }
  });
  if (!status.ok()) return Error(std::move(status).WithContext("configuration"));
  if (cors) {
    auto made = http::Cors::Create(*std::move(cors));
    if (!made) return Error(std::move(made).error().WithContext("api_server.http.cors"));
    options.cors = *std::move(made);
  }
  return configuration;
}

}  // namespace ekiben::server
