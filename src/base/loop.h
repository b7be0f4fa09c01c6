// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace ekiben {

// The event loop as those below http/ see it: a place to continue a request.
//
// One thread runs a loop; requests are read, decoded, answered and written on it. A *tick* is one
// pass over the sockets that were ready together. http/ implements this; it outlives every request.
class Loop {
 public:
  virtual ~Loop() = default;

  // Runs `callback` on the loop's thread, after what it is doing now. Thread-safe.
  virtual void Post(std::function<void()> callback) = 0;

  // Runs `callback` once everything that was ready in this tick has been handled.
  // REQUIRES: called on the loop's thread.
  virtual void AtTickEnd(std::function<void()> callback) = 0;

  // How often the loop has run out of work. What sees another number is of another tick.
  // REQUIRES: called on the loop's thread.
  virtual uint64_t rests() const = 0;
};

}  // namespace ekiben
