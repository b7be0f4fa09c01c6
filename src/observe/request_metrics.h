// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "observe/metrics.h"

namespace ekiben::observe {

// Counts answered requests by route and status, and how long they took.
//
// Labels are the routes' own paths; what matched none counts as "<unmatched>", so that a scan of
// the server makes no series. Belongs to one thread.
class RequestMetrics {
 public:
  // `registry` must outlive this. `bounds` are the buckets of the times, in seconds; none: the
  // usual.
  RequestMetrics(MetricRegistry& registry, const std::vector<std::string>& routes,
                 std::span<const double> bounds = {});

  // `routes` are those of before, and more behind them.
  void Extend(const std::vector<std::string>& routes);

  // `route` is an index into the routes, or -1.
  void Observe(int route, int status, Duration took);

 private:
  struct Series {
    std::string label;
    Histogram* seconds;
    std::map<int, Counter*> by_status;
  };

  Series SeriesOf(const std::string& route);

  MetricRegistry& registry_;
  const std::vector<double> bounds_;
  std::vector<Series> routes_;
  Series unmatched_;
};

}  // namespace ekiben::observe
