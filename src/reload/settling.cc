// SPDX-License-Identifier: Apache-2.0
#include "reload/settling.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace ekiben::reload {

void Settling::Changed(std::string what, Time now) {
  if (!first_) first_ = now;
  last_ = now;
  changed_.insert(std::move(what));
}

std::optional<Time> Settling::due() const {
  if (!first_) return std::nullopt;
  return std::min(last_ + kQuiet, *first_ + kMost);
}

std::set<std::string> Settling::Take() {
  first_.reset();
  return std::exchange(changed_, {});
}

std::string Summary(const std::set<std::string>& changed) {
  if (changed.empty()) return "nothing";
  const auto code =
      std::ranges::find_if(changed, [](const std::string& name) { return name.ends_with(".py"); });
  const std::string& first = code != changed.end() ? *code : *changed.begin();
  if (changed.size() == 1) return first;
  return fmt::format("{} and {} more", first, changed.size() - 1);
}

}  // namespace ekiben::reload
