// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ekiben {

// Memory for the frames of coroutines, which come and go by the dozen with every tick: more of one
// size at a time than malloc keeps at hand. What is given back is kept for the thread's next frame
// of that size.
//
// Each thread has its own; a frame may end in another thread than it began in.
class FrameMemory {
 public:
  static void* Take(size_t bytes);
  // REQUIRES: `frame` came from Take(bytes)
  static void GiveBack(void* frame, size_t bytes);
};

}  // namespace ekiben
