// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "http/asio_loop.h"
#include "http/router.h"
#include "http/server.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "observe/request_metrics.h"
#include "routes/system_routes.h"
#include "server/serve.h"

namespace ekiben::server {

// What every server has, whatever it serves: the loop, the port, routes, metrics, the log, and the
// way it stops. Lives as long as the server serves; not thread-safe.
class Front {
 public:
  explicit Front(const ServeOptions& options);
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  http::AsioLoop& loop() { return loop_; }
  observe::MetricRegistry& metrics() { return metrics_; }
  observe::Log& log() { return log_; }
  const ServeOptions& options() const { return options_; }
  std::string url() const;
  // What GET /metrics has besides metrics(), asked for each time. Before Open().
  void SetWorkersMetrics(routes::WorkersMetrics metrics) { workers_metrics_ = std::move(metrics); }

  // Takes the port, before anything slow: a port in use should not cost that.
  Status Bind() { return http_->Bind(); }

  // Where routes are added. Paths that were served before keep their numbers.
  std::shared_ptr<http::Router> NewRouter() const;

  // Adds the system routes to `router` and serves by it from now on; `docs` is the OpenAPI
  // document. Requests under way end by the router of before, which whoever has them keeps until
  // then.
  void Route(std::shared_ptr<http::Router> router, std::string docs,
             std::function<bool()> is_ready);

  // Begins to accept. REQUIRES: Bind() succeeded, and there are routes
  Status Open();

  // Runs the loop until Stop(), or until a signal has stopped it: then `on_drained` is called once
  // no request is under way, and has to call Stop().
  void Run(std::function<void()> on_drained);
  void Stop() { loop_.Stop(); }

 private:
  // What stands before the router where it was asked for: CORS, and the limit of requests.
  Task<http::Response> Guarded(const http::Request& request);
  void OnExchange(const http::Exchange& exchange);
  void OnSignal(int signal);

  const ServeOptions options_;
  observe::Log log_;
  http::AsioLoop loop_;
  observe::MetricRegistry metrics_;
  observe::RequestMetrics request_metrics_;
  std::shared_ptr<http::Router> router_;
  routes::WorkersMetrics workers_metrics_;
  std::function<void()> on_drained_;
  size_t under_way_ = 0;  // Of the requests that max_concurrency counts.
  bool open_ = false;
  bool stopping_ = false;
  std::shared_ptr<http::Server> http_;
};

}  // namespace ekiben::server
