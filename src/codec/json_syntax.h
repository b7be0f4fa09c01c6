// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include <boost/system/error_code.hpp>

#include "base/status.h"

namespace ekiben::codec {

// How many values a list of lists can hold at most: it has a comma between any two of them, and
// there may be more in text and between empty lists.
size_t CountValues(std::string_view body);

// What the JSON parser's `error` at byte `offset` of `text` means for who sent it: the byte, and in
// a text of several lines the line and column as well.
Status JsonSyntaxError(std::string_view text, size_t offset,
                       const boost::system::error_code& error);

}  // namespace ekiben::codec
