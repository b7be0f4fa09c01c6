// SPDX-License-Identifier: Apache-2.0
#include "routes/system_routes.h"

#include <utility>

#include "http/immediate.h"
#include "http/problem.h"
#include "routes/page_routes.h"

namespace ekiben::routes {
namespace {

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
  router.Add("GET", "/metrics", http::Immediate([&metrics = system.metrics](const http::Request&) {
               return http::Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                     .body = metrics.Render()};
             }));
  router.Add("GET", "/docs.json",
             http::Immediate([docs = std::move(system.docs)](const http::Request&) {
               return http::Response{.body = docs};
             }));
  AddPageRoutes(router);
}

}  // namespace ekiben::routes
