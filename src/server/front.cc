// SPDX-License-Identifier: Apache-2.0
#include "server/front.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "http/problem.h"
#include "server/start_lines.h"

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

}  // namespace

Front::Front(const ServeOptions& options)
    : options_(options),
      log_(options.log_format, stderr),
      request_metrics_(metrics_, {}, options_.duration_bounds),
      http_(http::Server::Create(
          loop_, {.host = options_.host, .port = options_.port, .limits = options_.limits},
          [this](const http::Request& request) {
            const bool guarded = options_.cors || options_.max_concurrency;
            return guarded ? Guarded(request) : router_->Handle(request);
          },
          [this](const http::Exchange& exchange) { OnExchange(exchange); })) {}

Task<http::Response> Front::Guarded(const http::Request& request) {
  if (options_.cors) {
    if (auto preflight = options_.cors->Preflight(request)) co_return *std::move(preflight);
  }
  const bool counts = options_.max_concurrency && request.method == "POST";
  http::Response response;
  if (counts && under_way_ >= *options_.max_concurrency) {
    const Status full = ResourceExhausted(fmt::format(
        "{} requests are under way, which is as many as this server takes at a time", under_way_));
    response = http::Problem(full, request.request_id);
  } else {
    under_way_ += counts ? 1 : 0;
    const std::shared_ptr<http::Router> router = router_;
    response = co_await router->Handle(request);
    under_way_ -= counts ? 1 : 0;
  }
  if (options_.cors) options_.cors->Annotate(request, response);
  co_return response;
}

std::string Front::url() const { return UrlOf(options_.host, http_->port()); }

std::shared_ptr<http::Router> Front::NewRouter() const {
  if (router_ == nullptr) return std::make_shared<http::Router>();
  return std::make_shared<http::Router>(router_->paths());
}

void Front::Route(std::shared_ptr<http::Router> router, std::string docs,
                  std::function<bool()> is_ready) {
  routes::AddSystemRoutes(
      *router,
      {.is_ready = [this, is_ready = std::move(is_ready)] { return !stopping_ && is_ready(); },
       .metrics = metrics_,
       .docs = std::move(docs),
       .has_metrics = options_.metrics,
       .workers_metrics = workers_metrics_});
  request_metrics_.Extend(router->paths());
  router_ = std::move(router);
}

Status Front::Open() {
  open_ = true;
  return http_->Listen();
}

void Front::Run(std::function<void()> on_drained) {
  on_drained_ = std::move(on_drained);
  loop_.OnStopSignals([this](int signal) { OnSignal(signal); });
  loop_.Run();
}

void Front::OnExchange(const http::Exchange& exchange) {
  request_metrics_.Observe(exchange.route, exchange.status, exchange.took);
  if (!options_.access_log) return;
  const auto& quiet = options_.quiet_paths;
  if (std::ranges::find(quiet, exchange.request.path) == quiet.end()) WriteAccess(log_, exchange);
}

void Front::OnSignal(int signal) {
  if (std::exchange(stopping_, true)) _exit(128 + signal);
  if (!open_) return on_drained_();
  log_.Write(observe::LogLevel::kInfo, "stopping: finishing what is under way",
             {{"connections", static_cast<int64_t>(http_->connections())}});
  http_->Drain([this] { on_drained_(); });
}

}  // namespace ekiben::server
