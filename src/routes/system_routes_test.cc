// SPDX-License-Identifier: Apache-2.0
#include "routes/system_routes.h"

#include <gmock/gmock.h>

namespace ekiben::routes {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class SystemRoutesTest : public testing::Test {
 protected:
  SystemRoutesTest() {
    registry_.AddCounter("ekiben_request_total", "Requests.", "").Add(7);
    AddSystemRoutes(router_, {.is_ready = [this] { return ready_; },
                              .metrics = registry_,
                              .docs = R"({"openapi":"3.1.0"})"});
  }
  http::Response Get(std::string path) { return Get(std::move(path), router_); }
  static http::Response Get(std::string path, const http::Router& router) {
    http::Request request;
    request.method = "GET";
    request.path = std::move(path);
    http::Response got;
    Start(router.Handle(request), [&](http::Response response) { got = std::move(response); });
    return got;
  }

  bool ready_ = true;
  observe::MetricRegistry registry_;
  http::Router router_;
};

TEST_F(SystemRoutesTest, AliveAnswersOneNewline) {
  EXPECT_EQ(Get("/livez").body, "\n");
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(SystemRoutesTest, ReadyFollowsTheServer) {
  EXPECT_EQ(Get("/readyz").status, 200);
  ready_ = false;
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/livez").status, 200);
}

Task<std::string> Told() { co_return "told_total 3\n"; }

TEST_F(SystemRoutesTest, MetricsOfTheWorkersComeBehindTheEnginesOwn) {
  http::Router router;
  AddSystemRoutes(router, {.is_ready = [] { return true; },
                           .metrics = registry_,
                           .docs = "{}",
                           .workers_metrics = Told});
  EXPECT_THAT(Get("/metrics", router).body, EndsWith("ekiben_request_total 7\ntold_total 3\n"));
}

TEST_F(SystemRoutesTest, MetricsCanBeTurnedOff) {
  http::Router router;
  AddSystemRoutes(
      router,
      {.is_ready = [] { return true; }, .metrics = registry_, .docs = "{}", .has_metrics = false});
  EXPECT_EQ(Get("/metrics", router).status, 404);
}

TEST_F(SystemRoutesTest, MetricsAndDocumentationAreServed) {
  EXPECT_THAT(Get("/metrics").body, HasSubstr("ekiben_request_total 7\n"));
  EXPECT_EQ(Get("/docs.json").body, R"({"openapi":"3.1.0"})");
}

}  // namespace
}  // namespace ekiben::routes
