// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ekiben::batch {

// Decides whether a request for a cheap model runs at once, or waits for the end of the tick to run
// together with the others that were readable in it.
//
// A lone request must not wait, and many must not run one by one; which it is shows only at the end
// of the tick. The last tick is the best guess: after a tick of one request the first of the next
// runs at once (the others of that tick join), after a tick of several all of them join.
//
// Plain values in and out; belongs to one loop.
class TickPolicy {
 public:
  // Whether the request that has just been read is to run at once.
  bool RunsAtOnce() { return seen_++ == 0 && last_ <= 1; }

  void EndTick() {
    last_ = seen_;
    seen_ = 0;
  }

 private:
  int64_t seen_ = 0;  // Requests of this tick.
  int64_t last_ = 0;  // Requests of the last one.
};

}  // namespace ekiben::batch
