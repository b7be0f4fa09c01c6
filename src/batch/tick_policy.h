// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace ekiben::batch {

// Decides whether a request for a cheap model runs at once, or waits for the end of the tick to run
// together with the others that were readable in it.
//
// A lone request must not wait, and many must not run one by one; which it is shows only at the end
// of the tick. So the last tick is taken for the next: after a tick of several, all of the next
// join. Otherwise a request runs at once, and one that follows it closely, which may be of the same
// tick, waits for the end of it and so finds out.
//
// Running at once leaves nothing to do after the answer was sent: a thread that goes to sleep right
// then stays on the core where its client wakes up.
//
// Plain values in and out; belongs to one loop.
class TickPolicy {
 public:
  // Whether the request that was read at `now` is to run at once. If not, EndTick() must follow.
  bool RunsAtOnce(Time now) {
    if (!busy_ && waiting_ == 0 && now - ran_ > kSameTick) return true;
    ++waiting_;
    return false;
  }

  // A request that ran at once was done at `now`.
  void RanAtOnce(Time now) { ran_ = now; }

  void EndTick() {
    busy_ = waiting_ > 1;
    waiting_ = 0;
    ran_ = Time();
  }

 private:
  // From the end of one run to the next request of the same tick it takes an answer, a send and a
  // read: some 10 µs.
  static constexpr Duration kSameTick = std::chrono::microseconds(50);

  int64_t waiting_ = 0;  // Requests that wait for the end of this tick.
  bool busy_ = false;    // Several waited for the end of the last one.
  Time ran_;             // When a request was last done that ran at once.
};

}  // namespace ekiben::batch
