// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ekiben::store {

// When a model was saved, to the microsecond: what decides which version is the newest.
using CreationTime = std::chrono::sys_time<std::chrono::microseconds>;

// Reads ISO 8601 as Python writes it: "2026-11-22T14:03:08.433066+00:00", the fraction and the
// offset optional, a space in place of the T. No offset means UTC.
std::optional<CreationTime> ParseCreationTime(std::string_view text);

// "2026-11-22T14:03:08.433066+00:00"
std::string ToIso(CreationTime time);

// "2026-11-22 14:03:08" where this machine is, for people.
std::string ToLocal(CreationTime time);

CreationTime CurrentTime();

}  // namespace ekiben::store
