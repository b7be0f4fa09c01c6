// SPDX-License-Identifier: Apache-2.0
#include "server/configuration.h"

#include <string>

#include <gmock/gmock.h>

namespace ekiben::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Document(const std::string& changes = "") {
  return R"({"configuration": {"version": 1}, "server": {"host": "0.0.0.0", "port": 8080,
      "timeout": 5.5, "access_log": true, "metrics": false, "skip_paths": ["/livez"])" +
         changes + "}}";
}

TEST(ConfigurationTest, WhatTheServerFollowsGoesIntoItsOptions) {
  ServeOptions options;
  const auto read = Configure(
      Document(R"(, "workers": 3, "max_concurrency": 7, "buckets": [0.5, 1])"), {}, options);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->whole, R"({"version":1})");
  EXPECT_EQ(read->api_workers, 3);
  EXPECT_EQ(options.host, "0.0.0.0");
  EXPECT_EQ(options.port, 8080);
  EXPECT_EQ(options.timeout, std::chrono::milliseconds(5500));
  EXPECT_EQ(options.max_concurrency, 7);
  EXPECT_TRUE(options.access_log);
  EXPECT_FALSE(options.metrics);
  EXPECT_THAT(options.quiet_paths, ElementsAre("/livez"));
  EXPECT_THAT(options.duration_bounds, ElementsAre(0.5, 1));
  EXPECT_FALSE(options.cors);
}

TEST(ConfigurationTest, WhatWasTypedGoesOverIt) {
  ServeOptions options{.host = "::1", .port = 1, .timeout = std::chrono::seconds(2)};
  ASSERT_TRUE(Configure(Document(), {"--host", "--port", "--timeout"}, options));
  EXPECT_EQ(options.host, "::1");
  EXPECT_EQ(options.port, 1);
  EXPECT_EQ(options.timeout, std::chrono::seconds(2));
}

TEST(ConfigurationTest, OriginsOfOtherSitesAreTakenOver) {
  ServeOptions options;
  ASSERT_TRUE(
      Configure(Document(R"(, "cors": {"allow_origins": ["https://example.org"]})"), {}, options));
  http::Request request;
  request.AddHeader("origin", "https://example.org");
  http::Response response;
  options.cors->Annotate(request, response);
  EXPECT_FALSE(response.headers.empty());
}

TEST(ConfigurationTest, ABrokenPatternIsNamed) {
  ServeOptions options;
  const auto read = Configure(Document(R"(, "cors": {"allow_origin_regex": "("})"), {}, options);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message(), HasSubstr("api_server.http.cors"));
}

}  // namespace
}  // namespace ekiben::server
