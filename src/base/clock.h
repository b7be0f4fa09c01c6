// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace ekiben {

// Times of the monotonic clock, the only one that decisions are made by. Policies take them as
// arguments, so that tests pass numbers.
using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

inline Time Now() { return std::chrono::steady_clock::now(); }

inline double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace ekiben
