// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace ekiben::worker {

// Decides how long to wait before a worker that has ended is started again: not at all after a long
// life, then twice as long after each short one. Plain values, no clock.
class RestartPolicy {
 public:
  static constexpr Duration kFirst = std::chrono::milliseconds(100);
  static constexpr Duration kMost = std::chrono::seconds(30);
  static constexpr Duration kLongLife = std::chrono::seconds(60);

  // For a worker that has ended after `lived`, counted from its start.
  Duration DelayAfter(Duration lived) {
    if (lived >= kLongLife) {
      delay_ = {};
      return {};
    }
    delay_ = delay_ == Duration{} ? kFirst : std::min(kMost, delay_ * 2);
    return delay_;
  }

 private:
  Duration delay_{};
};

}  // namespace ekiben::worker
