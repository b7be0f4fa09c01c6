// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/clock.h"

namespace ekiben::http {

// Decides whether a loop that has nothing to do looks at its sockets again, or sleeps until the
// kernel wakes it. Waking takes longer than the answer to a cheap request; looking takes a core.
//
// It looks again only for somebody who sends the next request right after the last answer: after
// several events that came one at a time with little between them, and for kLongest. Where nothing
// came in that time it asks for more such events before it tries again. Several events at a time
// mean that the loop is busy anyway, and few over time that nobody notices: both sleep. Two at a
// time now and then, as a timer beside an answer, are no more than a hiccup.
//
// Plain values in and out; belongs to one loop.
class PollPolicy {
 public:
  static constexpr Duration kLongest = std::chrono::microseconds(100);

  // The loop ran out of work at `now`, having handled `events` since it last asked. True: look
  // again, and ask again with what was found. False: sleep, and ask again with what ended that.
  bool LooksAgain(size_t events, Time now) {
    if (events > 0) {
      const bool brisk = events == 1 && now - idle_since_ < kBrisk;
      if (looking_) needed_ = kFewest;
      alike_ = brisk ? alike_ + 1 : events <= kFew ? alike_ / 2 : 0;
      idle_since_ = now;
    } else if (looking_ && now - idle_since_ >= kLongest) {
      looking_ = false;
      alike_ = 0;
      needed_ = needed_ < kMost ? 2 * needed_ : kMost;
      return false;
    }
    looking_ = alike_ >= needed_;
    return looking_;
  }

 private:
  // From one idle moment to the next: two wakes (the client's and the loop's) and the answer.
  static constexpr Duration kBrisk = std::chrono::microseconds(200);
  static constexpr size_t kFewest = 4, kMost = 32, kFew = 2;

  Time idle_since_;          // When the loop last ran out of work.
  size_t alike_ = 0;         // Brisk events in a row.
  size_t needed_ = kFewest;  // So many before it looks.
  bool looking_ = false;     // The last answer was true.
};

}  // namespace ekiben::http
