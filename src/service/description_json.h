// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

// The words of a service description as JSON, for who writes it and who reads it.
namespace ekiben::service {

inline constexpr int64_t kDescriptionProtocol = 1;

// By ApiMode.
inline constexpr std::array<std::string_view, 4> kModeNames = {"sync", "async", "stream",
                                                               "async_stream"};

}  // namespace ekiben::service
