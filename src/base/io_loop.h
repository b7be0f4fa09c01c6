// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/loop.h"

namespace ekiben {

// Something that a loop waits for; destroying it ends the wait. Belongs to the loop's thread.
class Watch {
 public:
  virtual ~Watch() = default;
};

// A descriptor that a loop waits for.
class DescriptorWatch : public Watch {
 public:
  // Calls `ready` once, as soon as the descriptor can be written.
  virtual void WhenWritable(std::function<void()> ready) = 0;
};

// A loop that also waits for descriptors and times: what reaches outside the process, such as a
// worker's sockets, needs this one; most needs only Loop.
//
// Callbacks run on the loop's thread and may destroy their own watch. To be called there, too.
class IoLoop : public Loop {
 public:
  // Calls `ready` whenever `fd` can be read, until the watch ends. `fd` must outlive the watch, and
  // have no other.
  virtual std::unique_ptr<DescriptorWatch> WatchReadable(int fd, std::function<void()> ready) = 0;
  // Calls `due` once after `delay`, unless the watch ends before.
  virtual std::unique_ptr<Watch> After(Duration delay, std::function<void()> due) = 0;
};

}  // namespace ekiben
