// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/status.h"
#include "codec/limits.h"

namespace ekiben::codec {

// Whether a body is one JSON value within the limits, without building anything of it: for what
// passes through the engine as text. A key may come twice; who reads it decides what that means.
//
// kInvalidArgument, with the byte (line and column as well where there are several lines).
Status CheckJson(std::string_view body, const Limits& limits = {});

// Whether a body is UTF-8; kInvalidArgument with the byte where it stops being so.
Status CheckUtf8(std::string_view body);

}  // namespace ekiben::codec
