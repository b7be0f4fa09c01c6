// SPDX-License-Identifier: Apache-2.0
#include "observe/request_metrics.h"

#include <utility>

#include <fmt/format.h>

namespace ekiben::observe {

RequestMetrics::RequestMetrics(MetricRegistry& registry, const std::vector<std::string>& routes,
                               std::span<const double> bounds)
    : registry_(registry),
      bounds_(bounds.begin(), bounds.end()),
      unmatched_(SeriesOf("<unmatched>")) {
  Extend(routes);
}

void RequestMetrics::Extend(const std::vector<std::string>& routes) {
  for (size_t i = routes_.size(); i < routes.size(); ++i) routes_.push_back(SeriesOf(routes[i]));
}

RequestMetrics::Series RequestMetrics::SeriesOf(const std::string& route) {
  std::string label = fmt::format("route=\"{}\"", route);
  Histogram& seconds = registry_.AddHistogram("ekiben_request_duration_seconds",
                                              "Time from a request's last byte to its answer.",
                                              label, bounds_.empty() ? DurationBounds() : bounds_);
  return {.label = std::move(label), .seconds = &seconds};
}

void RequestMetrics::Observe(int route, int status, Duration took) {
  Series& series = route < 0 ? unmatched_ : routes_[static_cast<size_t>(route)];
  series.seconds->Observe(Seconds(took));
  Counter*& counter = series.by_status[status];
  if (counter == nullptr) {
    counter = &registry_.AddCounter("ekiben_request_total", "Requests answered.",
                                    fmt::format("{},code=\"{}\"", series.label, status));
  }
  counter->Add();
}

}  // namespace ekiben::observe
