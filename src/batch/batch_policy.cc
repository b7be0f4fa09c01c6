// SPDX-License-Identifier: Apache-2.0
#include "batch/batch_policy.h"

#include <algorithm>
#include <cassert>

namespace ekiben::batch {
namespace {

constexpr double kMemory = 0.95;  // A batch 20 batches ago counts about a third.

}  // namespace

void BatchPolicy::Observe(int64_t rows, Duration took) {
  if (rows <= 0) return;
  const auto n = static_cast<double>(rows), t = static_cast<double>(took.count());
  weight_ = weight_ * kMemory + 1;
  sum_n_ = sum_n_ * kMemory + n;
  sum_t_ = sum_t_ * kMemory + t;
  sum_nn_ = sum_nn_ * kMemory + n * n;
  sum_nt_ = sum_nt_ * kMemory + n * t;
}

BatchPolicy::Line BatchPolicy::Fit() const {
  if (weight_ == 0) return {0, 0};
  const double mean_n = sum_n_ / weight_, mean_t = sum_t_ / weight_;
  const double spread = sum_nn_ / weight_ - mean_n * mean_n;
  // Batches of one size only say nothing of the slope: then every row is taken to cost the same.
  if (spread < 1e-9 * mean_n * mean_n) return {0, mean_t / mean_n};
  const double slope = (sum_nt_ / weight_ - mean_n * mean_t) / spread;
  const double per_row = std::clamp(slope, 0.0, mean_t / mean_n);
  return {mean_t - per_row * mean_n, per_row};
}

Duration BatchPolicy::ExpectedCost(int64_t rows) const {
  const Line line = Fit();
  return Duration(static_cast<int64_t>(line.fixed + line.per_row * static_cast<double>(rows)));
}

int64_t BatchPolicy::RowsToTake(int64_t waiting, Duration left) const {
  assert(waiting > 0);
  const int64_t most = std::min(waiting, options_.max_rows);
  const Line line = Fit();
  if (line.per_row <= 0) return most;
  const double fitting = (static_cast<double>(left.count()) - line.fixed) / line.per_row;
  if (fitting >= static_cast<double>(most)) return most;
  return std::max<int64_t>(1, static_cast<int64_t>(fitting));
}

bool BatchPolicy::Admits(int64_t requests, int64_t rows, int64_t instances, Duration left) const {
  if (requests >= options_.max_waiting) return false;
  // The rows ahead, in full batches and spread over the instances, and then the request's own.
  const int64_t batches = rows / options_.max_rows;
  const Duration ahead =
      ExpectedCost(options_.max_rows) * batches +
      (rows % options_.max_rows == 0 ? Duration::zero() : ExpectedCost(rows % options_.max_rows));
  return ahead / instances + ExpectedCost(1) <= left;
}

}  // namespace ekiben::batch
