// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <algorithm>
#include <ostream>
#include <thread>
#include <utility>

#include "routes/api_routes.h"
#include "routes/openapi.h"
#include "server/front.h"
#include "server/start_lines.h"
#include "service/model_service.h"

namespace ekiben::server {
namespace {

void Announce(Front& front, const service::Service& service, const store::ModelInfo& model,
              Duration took, std::ostream& out) {
  if (front.options().log_format == observe::LogFormat::kJson) {
    front.log().Write(
        observe::LogLevel::kInfo, "ready",
        {{"url", front.url()}, {"model", model.tag.ToString()}, {"ms", Seconds(took) * 1e3}});
    return;
  }
  WriteStartLines(service, model, front.url(), took, out);
  out.flush();
}

}  // namespace

size_t InstancesOf(const ServeOptions& options) {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return options.instances == 0 ? cores : options.instances;
}

Status ServeModel(const store::ModelInfo& model, const ServeOptions& options, std::ostream& out) {
  const Time start = Now();
  Front front(options);
  if (Status bound = front.Bind(); !bound.ok()) return bound;
  const auto service = service::LoadModelService(
      model, {.instances = InstancesOf(options), .batching = options.batching}, front.loop(),
      front.metrics());
  if (!service) return service.error();
  auto router = front.NewRouter();
  routes::AddApiRoutes(*router, **service, front.log(), options.timeout);
  front.Route(std::move(router), routes::OpenApi((*service)->description()), [] { return true; });
  Status open = front.Open();
  if (!open.ok()) return open;
  Announce(front, **service, model, Now() - start, out);
  front.Run([&front] { front.Stop(); });
  return {};
}

}  // namespace ekiben::server
