// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <unistd.h>

#include <algorithm>
#include <ostream>
#include <thread>
#include <utility>

#include "http/asio_loop.h"
#include "http/router.h"
#include "http/server.h"
#include "observe/metrics.h"
#include "observe/request_metrics.h"
#include "routes/api_routes.h"
#include "routes/openapi.h"
#include "routes/system_routes.h"
#include "server/start_lines.h"
#include "service/model_service.h"

namespace ekiben::server {
namespace {

void WriteAccess(observe::Log& log, const http::Exchange& exchange) {
  const http::Request& request = exchange.request;
  log.Write(observe::LogLevel::kInfo, "request",
            {{"method", request.method},
             {"path", request.path},
             {"status", int64_t{exchange.status}},
             {"ms", Seconds(exchange.took) * 1e3},
             {"bytes_in", static_cast<int64_t>(request.body.size())},
             {"bytes_out", static_cast<int64_t>(exchange.bytes_out)},
             {"request_id", request.request_id}});
}

// Everything that lives as long as the server serves, in the order in which it is needed.
class ModelServer {
 public:
  ModelServer(const ServeOptions& options) : options_(options), log_(options.log_format, stderr) {}

  Status Prepare(const store::ModelInfo& model) {
    http_ = http::Server::Create(
        loop_, {.host = options_.host, .port = options_.port, .limits = options_.limits},
        [this](const http::Request& request) { return router_.Handle(request); },
        [this](const http::Exchange& exchange) { OnExchange(exchange); });
    // Before the model is loaded, which may take long: a port in use should not cost that.
    if (Status bound = http_->Bind(); !bound.ok()) return bound;

    const size_t cores = std::max(1U, std::thread::hardware_concurrency());
    auto service = service::LoadModelService(
        model,
        {.instances = options_.instances == 0 ? cores : options_.instances,
         .batching = options_.batching},
        loop_, metrics_);
    if (!service) return std::move(service).error();
    service_ = *std::move(service);

    routes::AddApiRoutes(router_, *service_, log_, options_.timeout);
    routes::AddSystemRoutes(router_, {.is_ready = [this] { return !http_->draining(); },
                                      .metrics = metrics_,
                                      .docs = routes::OpenApi(service_->description())});
    request_metrics_ = std::make_unique<observe::RequestMetrics>(metrics_, router_.paths());
    return http_->Listen();
  }

  void Announce(const store::ModelInfo& model, Duration took, std::ostream& out) {
    const std::string url = UrlOf(options_.host, http_->port());
    if (options_.log_format == observe::LogFormat::kJson) {
      log_.Write(observe::LogLevel::kInfo, "ready",
                 {{"url", url}, {"model", model.tag.ToString()}, {"ms", Seconds(took) * 1e3}});
      return;
    }
    WriteStartLines(*service_, model, url, took, out);
    out.flush();
  }

  void Run() {
    loop_.OnStopSignals([this](int signal) { OnStop(signal); });
    loop_.Run();
  }

 private:
  void OnExchange(const http::Exchange& exchange) {
    request_metrics_->Observe(exchange.route, exchange.status, exchange.took);
    if (options_.access_log) WriteAccess(log_, exchange);
  }

  void OnStop(int signal) {
    if (http_->draining()) _exit(128 + signal);
    log_.Write(observe::LogLevel::kInfo, "stopping: finishing what is under way",
               {{"connections", static_cast<int64_t>(http_->connections())}});
    http_->Drain([this] { loop_.Stop(); });
  }

  const ServeOptions options_;
  observe::Log log_;
  http::AsioLoop loop_;
  observe::MetricRegistry metrics_;
  std::unique_ptr<observe::RequestMetrics> request_metrics_;
  http::Router router_;
  std::unique_ptr<service::Service> service_;
  std::shared_ptr<http::Server> http_;
};

}  // namespace

Status ServeModel(const store::ModelInfo& model, const ServeOptions& options, std::ostream& out) {
  const Time start = Now();
  ModelServer server(options);
  if (Status prepared = server.Prepare(model); !prepared.ok()) return prepared;
  server.Announce(model, Now() - start, out);
  server.Run();
  return {};
}

}  // namespace ekiben::server
