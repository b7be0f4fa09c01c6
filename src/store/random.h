// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ekiben::store {

// Fills `bytes` from the kernel. REQUIRES: bytes.size() <= 256, which the kernel gives at once.
void FillWithRandom(std::span<uint8_t> bytes);

// The name of a file or folder that nobody else uses: 32 hexadecimal digits.
std::string RandomName();

// Whether `name` is of that form.
bool IsRandomName(std::string_view name);

}  // namespace ekiben::store
