// SPDX-License-Identifier: Apache-2.0
#include "routes/system_routes.h"

#include <memory>
#include <utility>

#include "http/immediate.h"
#include "http/problem.h"
#include "routes/page_routes.h"

namespace ekiben::routes {
namespace {

// GET /metrics: the engine's, then the workers'.
class MetricsHandler {
 public:
  MetricsHandler(const observe::MetricRegistry& metrics, WorkersMetrics workers)
      : metrics_(metrics), workers_(std::move(workers)) {}

  Task<http::Response> Handle() const {
    http::Response response{.content_type = "text/plain; version=0.0.4; charset=utf-8"};
    std::string more;
    if (workers_) more = co_await workers_();
    response.body = metrics_.Render() + more;
    co_return response;
  }

 private:
  const observe::MetricRegistry& metrics_;
  const WorkersMetrics workers_;
};

http::Response Healthy() { return {.content_type = "text/plain; charset=utf-8", .body = "\n"}; }

}  // namespace

void AddSystemRoutes(http::Router& router, SystemRoutes system) {
  const auto healthy = [](const http::Request&) { return Healthy(); };
  router.Add("GET", "/livez", http::Immediate(healthy));
  router.Add("GET", "/healthz", http::Immediate(healthy));
  router.Add("GET", "/readyz",
             http::Immediate([is_ready = std::move(system.is_ready)](const http::Request& request) {
               if (is_ready()) return Healthy();
               return http::Problem(Unavailable("the server is not ready, or is about to stop"),
                                    request.request_id);
             }));
  if (system.has_metrics) {
    const auto metrics =
        std::make_shared<MetricsHandler>(system.metrics, std::move(system.workers_metrics));
    router.Add("GET", "/metrics", [metrics](const http::Request&) { return metrics->Handle(); });
  }
  router.Add("GET", "/docs.json",
             http::Immediate([docs = std::move(system.docs)](const http::Request&) {
               return http::Response{.body = docs};
             }));
  AddPageRoutes(router);
}

}  // namespace ekiben::routes
