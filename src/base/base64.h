// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben {

// Base64 (RFC 4648, 4), with padding.
std::string EncodeBase64(std::string_view bytes);

// The bytes of such a text, whose padding may be missing. kInvalidArgument where it is none.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace ekiben
