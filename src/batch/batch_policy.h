// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace ekiben::batch {

// Decides how many waiting rows the next batch takes, and whether a request can still be answered
// in time.
//
// *Conserve, fit, shed*: an idle instance takes at once what has queued, so no timer makes anybody
// wait, and batches grow because requests arrived while the last one ran. A batch is capped by size
// and by what the measured times say fits the deadline. What cannot be done in time is refused when
// it arrives.
//
// A batch of n rows is taken to cost `fixed + per_row * n`, a least-squares line through finished
// batches of which older ones count less. Holds no requests, starts no threads, reads no clock.
// Not thread-safe; a batcher calls it with its own lock held.
class BatchPolicy {
 public:
  struct Options {
    int64_t max_rows = 100;      // Of a batch; 1 turns batching off.
    int64_t max_waiting = 4096;  // Requests in the queue; more are refused.
  };

  explicit BatchPolicy(Options options) : options_(options) {}

  // How many of `waiting` rows to run now, at least 1. `left` is what the most urgent of them has
  // until its deadline.
  // REQUIRES: waiting > 0
  int64_t RowsToTake(int64_t waiting, Duration left) const;

  // Whether a request that would have `requests` with `rows` rows before it, and `left` until its
  // deadline, is to be taken in, when `instances` work on the queue.
  bool Admits(int64_t requests, int64_t rows, int64_t instances, Duration left) const;

  // Learns from a finished batch. Ignores batches of no rows.
  void Observe(int64_t rows, Duration took);

  // Expected time of a batch of `rows` rows; zero until something was observed.
  Duration ExpectedCost(int64_t rows) const;

 private:
  struct Line {
    double fixed, per_row;  // Nanoseconds.
  };
  Line Fit() const;

  const Options options_;
  // Exponentially weighted sums for the line through (rows, took).
  double weight_ = 0, sum_n_ = 0, sum_t_ = 0, sum_nn_ = 0, sum_nt_ = 0;
};

}  // namespace ekiben::batch
