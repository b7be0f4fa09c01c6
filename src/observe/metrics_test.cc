// SPDX-License-Identifier: Apache-2.0
#include "observe/metrics.h"

#include <gmock/gmock.h>

namespace ekiben::observe {
namespace {

using testing::HasSubstr;

TEST(MetricsTest, CountersAndGaugesAreWrittenWithTheirLabels) {
  MetricRegistry registry;
  registry.AddCounter("ekiben_request_total", "Requests.", R"(route="/predict")").Add(3);
  registry.AddCounter("ekiben_request_total", "Requests.", R"(route="/livez")");
  registry.AddGauge("ekiben_ready", "1 when ready.", "").Set(1);
  EXPECT_EQ(registry.Render(),
            "# HELP ekiben_request_total Requests.\n"
            "# TYPE ekiben_request_total counter\n"
            "ekiben_request_total{route=\"/predict\"} 3\n"
            "ekiben_request_total{route=\"/livez\"} 0\n"
            "# HELP ekiben_ready 1 when ready.\n"
            "# TYPE ekiben_ready gauge\n"
            "ekiben_ready 1\n");
}

TEST(MetricsTest, AHistogramsBucketsAreCumulative) {
  MetricRegistry registry;
  const double bounds[] = {1, 2};
  Histogram& rows = registry.AddHistogram("rows", "Rows.", R"(model="m")", bounds);
  for (const double value : {1.0, 1.5, 2.0, 7.0}) rows.Observe(value);
  EXPECT_THAT(registry.Render(), HasSubstr("rows_bucket{model=\"m\",le=\"1\"} 1\n"
                                           "rows_bucket{model=\"m\",le=\"2\"} 3\n"
                                           "rows_bucket{model=\"m\",le=\"+Inf\"} 4\n"
                                           "rows_sum{model=\"m\"} 11.5\n"
                                           "rows_count{model=\"m\"} 4\n"));
}

}  // namespace
}  // namespace ekiben::observe
