// SPDX-License-Identifier: Apache-2.0
#include "observe/request_metrics.h"

#include <gmock/gmock.h>

namespace ekiben::observe {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(RequestMetricsTest, CountsByRouteAndStatus) {
  MetricRegistry registry;
  RequestMetrics metrics(registry, {"/predict"});
  metrics.Observe(0, 200, 1ms);
  metrics.Observe(0, 200, 1ms);
  metrics.Observe(0, 400, 1ms);
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("ekiben_request_total{route=\"/predict\",code=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("ekiben_request_total{route=\"/predict\",code=\"400\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("duration_seconds_count{route=\"/predict\"} 3\n"));
}

TEST(RequestMetricsTest, AScanMakesOneSeries) {
  MetricRegistry registry;
  RequestMetrics metrics(registry, {"/predict"});
  for (int i = 0; i < 100; ++i) metrics.Observe(-1, 404, 1ms);
  EXPECT_THAT(registry.Render(),
              HasSubstr("ekiben_request_total{route=\"<unmatched>\",code=\"404\"} 100\n"));
}

TEST(RequestMetricsTest, RoutesThatComeLaterLeaveTheOthersAsTheyAre) {
  MetricRegistry registry;
  RequestMetrics metrics(registry, {"/predict"});
  metrics.Observe(0, 200, 1ms);
  metrics.Observe(-1, 404, 1ms);
  metrics.Extend({"/predict", "/explain"});
  metrics.Observe(0, 200, 1ms);
  metrics.Observe(1, 200, 1ms);
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("ekiben_request_total{route=\"/predict\",code=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("ekiben_request_total{route=\"/explain\",code=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("ekiben_request_total{route=\"<unmatched>\",code=\"404\"} 1\n"));
}

}  // namespace
}  // namespace ekiben::observe
