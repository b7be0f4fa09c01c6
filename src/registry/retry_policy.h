// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace ekiben::registry {

// Decides whether and when a request that failed for the moment is made again. Reads no clock and
// draws no numbers: plain values in and out.
struct RetryPolicy {
  int attempts = 6;  // In a row that bring nothing; the first included.
  std::chrono::milliseconds first = std::chrono::milliseconds(200);
  std::chrono::milliseconds longest = std::chrono::seconds(20);  // Between two, whatever is asked.

  // The pause before the next attempt when `failed` ones in a row have brought nothing, or nothing
  // where it is time to give up. The pauses double; `chance`, from 0 to 1, takes up to a half off,
  // so that many clients do not come back at once. A server that says when (`asked`) is obeyed.
  // REQUIRES: failed > 0
  std::optional<std::chrono::milliseconds> PauseAfter(
      int failed, double chance, std::optional<std::chrono::seconds> asked = std::nullopt) const {
    if (failed >= attempts) return std::nullopt;
    if (asked) return std::min<std::chrono::milliseconds>(*asked, longest);
    const int doublings = std::min(failed - 1, 16);
    const auto whole = std::min(longest, first * (1 << doublings));
    return whole - std::chrono::milliseconds(
                       static_cast<int64_t>(static_cast<double>(whole.count()) * chance / 2));
  }
};

// Whether an answer of that status may be another one soon: 408, 425, 429 and the server's faults.
constexpr bool IsWorthRetrying(int status) {
  return status == 408 || status == 425 || status == 429 ||
         (status >= 500 && status != 501 && status != 505);
}

}  // namespace ekiben::registry
