// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ekiben::batch {

// Decides whether a request for a cheap model runs at once, or waits for the end of the tick to run
// together with the others that were readable in it.
//
// A lone request must not wait, and many must not run one by one; which it is shows only at the end
// of the tick. So the last tick is taken for the next: after a tick of several, all of the next
// join. Otherwise a request runs at once, and one that follows it before the loop has rested, which
// may be of the same tick, waits for the end of it and so finds out.
//
// Running at once leaves nothing to do after the answer was sent: a thread that goes to sleep right
// then stays on the core where its client wakes up.
//
// Plain values in and out; belongs to one loop.
class TickPolicy {
 public:
  // Whether a request that was read after the loop's `rests`-th rest is to run at once. If not,
  // EndTick() must follow.
  bool RunsAtOnce(uint64_t rests) {
    if (!busy_ && waiting_ == 0 && rests != ran_after_) {
      ran_after_ = rests;
      return true;
    }
    ++waiting_;
    return false;
  }

  void EndTick() {
    busy_ = waiting_ > 1;
    waiting_ = 0;
    ran_after_ = kNever;
  }

 private:
  static constexpr uint64_t kNever = ~uint64_t{0};

  int64_t waiting_ = 0;          // Requests that wait for the end of this tick.
  bool busy_ = false;            // Several waited for the end of the last one.
  uint64_t ran_after_ = kNever;  // The rest after which a request last ran at once.
};

}  // namespace ekiben::batch
