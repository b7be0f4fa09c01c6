// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ekiben::observe {

// A number that only grows. Written by one thread at a time (so an addition is a load and a store,
// not a locked instruction), read by any.
class Counter {
 public:
  void Add(uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

// A number that goes up and down. Written by one thread at a time, read by any.
class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double amount) { Set(value() + amount); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = 0;
};

// Counts values into fixed buckets. Written by one thread at a time, read by any.
class Histogram {
 public:
  static constexpr size_t kMaxBounds = 24;

  // `bounds`: upper ends of the buckets, ascending, at most kMaxBounds; +Inf follows by itself.
  explicit Histogram(std::span<const double> bounds);

  void Observe(double value);

  std::span<const double> bounds() const { return bounds_; }
  uint64_t bucket(size_t index) const { return buckets_[index].value(); }
  double sum() const { return sum_.value(); }

 private:
  std::vector<double> bounds_;
  std::array<Counter, kMaxBounds + 1> buckets_;
  Gauge sum_;
};

// 100 µs to 60 s, about 1-2.5-5 a decade: seconds a request takes.
std::span<const double> DurationBounds();
// 1, 2, 4 … 1024: rows of a batch.
std::span<const double> BatchSizeBounds();

// The metrics of a process, in Prometheus' text format.
//
// Series are made while the server starts and live as long as the registry; a hot path keeps the
// reference that it got. Who asks for the same labels again gets the same series: then
// of two additions at one instant, on threads of their own, one may be lost. Labels are given whole
// (`route="/predict",code="200"`): whoever makes a series bounds their number, and never labels by
// what a client sent. Making and rendering belong to one thread.
class MetricRegistry {
 public:
  Counter& AddCounter(std::string_view family, std::string_view help, std::string labels);
  Gauge& AddGauge(std::string_view family, std::string_view help, std::string labels);
  Histogram& AddHistogram(std::string_view family, std::string_view help, std::string labels,
                          std::span<const double> bounds);

  // Version 0.0.4 of the text format.
  std::string Render() const;

 private:
  template <typename T>
  struct Series {
    std::string labels;
    std::unique_ptr<T> metric;
  };
  struct Family {
    std::string name, help;
    std::vector<Series<Counter>> counters;
    std::vector<Series<Gauge>> gauges;
    std::vector<Series<Histogram>> histograms;
  };

  Family& FamilyOf(std::string_view name, std::string_view help);

  std::deque<Family> families_;
};

}  // namespace ekiben::observe
