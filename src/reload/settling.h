// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/clock.h"

namespace ekiben::reload {

// Decides when what has changed is to be looked at: shortly after the last change, since editors
// write a file in several steps and tools write many files, but not endlessly later than the first.
// Holds the names meanwhile. Plain values, no clock.
class Settling {
 public:
  static constexpr Duration kQuiet = std::chrono::milliseconds(20);
  static constexpr Duration kMost = std::chrono::milliseconds(500);

  void Changed(std::string what, Time now);

  // When Take() is due; nothing where nothing has changed.
  std::optional<Time> due() const;

  // When the first of what waits has changed. REQUIRES: due()
  Time since() const { return *first_; }

  // What has changed; from now on nothing has.
  std::set<std::string> Take();

 private:
  std::optional<Time> first_;
  Time last_{};
  std::set<std::string> changed_;
};

// "service.py", or "service.py and 3 more"; names that people look for come first.
std::string Summary(const std::set<std::string>& changed);

}  // namespace ekiben::reload
