// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "base/clock.h"

namespace ekiben::http {

// Decides whether an answer comes too slowly to be waited for: a server that sends a byte now and
// then is never idle, and never done. Reads no clock.
class Pace {
 public:
  struct Limits {
    Duration window = std::chrono::seconds(60);
    size_t least = size_t{60} << 10;  // Bytes in each window that the answer has not ended within.
  };

  Pace() : Pace(Limits()) {}
  explicit Pace(const Limits& limits) : limits_(limits) {}

  // `bytes` more have come at `now`. False where they are too few.
  bool Add(Time now, size_t bytes) {
    if (!since_) since_ = now;  // How long the server thinks does not count.
    had_ += bytes;
    if (now - *since_ < limits_.window) return true;
    const bool is_fine = had_ >= limits_.least;
    since_ = now;
    had_ = 0;
    return is_fine;
  }

 private:
  const Limits limits_;
  std::optional<Time> since_;  // When the window began.
  size_t had_ = 0;             // Since then.
};

}  // namespace ekiben::http
