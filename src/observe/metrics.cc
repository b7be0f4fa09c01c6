// SPDX-License-Identifier: Apache-2.0
#include "observe/metrics.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace ekiben::observe {
namespace {

constexpr std::array kDurationBounds = {.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05,
                                        .1,    .25,    .5,    1.,   2.5,   5.,   10., 30.,  60.};
constexpr std::array kBatchSizeBounds = {1., 2., 4., 8., 16., 32., 64., 128., 256., 512., 1024.};

std::string InBraces(const std::string& labels) {
  return labels.empty() ? "" : fmt::format("{{{}}}", labels);
}

void Append(std::string& out, const std::string& name, const std::string& labels,
            const Histogram& histogram) {
  const std::string_view comma = labels.empty() ? "" : ",";
  uint64_t total = 0;
  for (size_t i = 0; i <= histogram.bounds().size(); ++i) {
    total += histogram.bucket(i);
    const std::string bound =
        i < histogram.bounds().size() ? fmt::format("{}", histogram.bounds()[i]) : "+Inf";
    fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma,
                   bound, total);
  }
  const std::string braces = InBraces(labels);
  fmt::format_to(std::back_inserter(out), "{0}_sum{1} {2}\n{0}_count{1} {3}\n", name, braces,
                 histogram.sum(), total);
}

// The metric with these labels: the one that is there, or a new one.
auto& Kept(auto& series, std::string labels, auto make) {
  for (auto& each : series) {
    if (each.labels == labels) return *each.metric;
  }
  series.push_back({std::move(labels), make()});
  return *series.back().metric;
}

}  // namespace

std::span<const double> DurationBounds() { return kDurationBounds; }
std::span<const double> BatchSizeBounds() { return kBatchSizeBounds; }

Histogram::Histogram(std::span<const double> bounds) : bounds_(bounds.begin(), bounds.end()) {
  assert(bounds_.size() <= kMaxBounds && std::ranges::is_sorted(bounds_));
}

void Histogram::Observe(double value) {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  buckets_[static_cast<size_t>(bucket)].Add();
  sum_.Add(value);
}

MetricRegistry::Family& MetricRegistry::FamilyOf(std::string_view name, std::string_view help) {
  for (Family& family : families_) {
    if (family.name == name) return family;
  }
  families_.push_back({.name = std::string(name), .help = std::string(help)});
  return families_.back();
}

Counter& MetricRegistry::AddCounter(std::string_view family, std::string_view help,
                                    std::string labels) {
  return Kept(FamilyOf(family, help).counters, std::move(labels),
              [] { return std::make_unique<Counter>(); });
}

Gauge& MetricRegistry::AddGauge(std::string_view family, std::string_view help,
                                std::string labels) {
  return Kept(FamilyOf(family, help).gauges, std::move(labels),
              [] { return std::make_unique<Gauge>(); });
}

Histogram& MetricRegistry::AddHistogram(std::string_view family, std::string_view help,
                                        std::string labels, std::span<const double> bounds) {
  return Kept(FamilyOf(family, help).histograms, std::move(labels),
              [&] { return std::make_unique<Histogram>(bounds); });
}

std::string MetricRegistry::Render() const {
  std::string out;
  for (const Family& family : families_) {
    const std::string_view type = !family.counters.empty() ? "counter"
                                  : !family.gauges.empty() ? "gauge"
                                                           : "histogram";
    fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", family.name,
                   family.help, type);
    const auto line = [&](const std::string& labels, auto value) {
      fmt::format_to(std::back_inserter(out), "{}{} {}\n", family.name, InBraces(labels), value);
    };
    for (const auto& series : family.counters) line(series.labels, series.metric->value());
    for (const auto& series : family.gauges) line(series.labels, series.metric->value());
    for (const auto& series : family.histograms) {
      Append(out, family.name, series.labels, *series.metric);
    }
  }
  return out;
}

}  // namespace ekiben::observe
