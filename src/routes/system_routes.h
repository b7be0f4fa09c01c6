// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/task.h"
#include "http/router.h"
#include "observe/metrics.h"

namespace ekiben::routes {

// Metrics of the workers' own, in Prometheus' text format.
using WorkersMetrics = std::function<Task<std::string>()>;

struct SystemRoutes {
  std::function<bool()> is_ready;            // Loaded, and not draining.
  const observe::MetricRegistry& metrics;    // Must outlive the router.
  std::string docs;                          // The OpenAPI document.
  bool has_metrics = true;                   // Whether there is GET /metrics.
  WorkersMetrics workers_metrics = nullptr;  // What it has besides; may be null.
};

// Adds GET /livez and /healthz (200 while the process answers), /readyz (503 unless ready; the body
// of all three is one newline, as BentoML's), /metrics, /docs.json and the page that shows it.
void AddSystemRoutes(http::Router& router, SystemRoutes system);

}  // namespace ekiben::routes
