// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// UTF-8, and texts of a request as error messages quote them.
namespace ekiben::codec {

// Whether `text` is UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsUtf8(std::string_view text);

// How many bytes of `text`, from its begin, are UTF-8.
size_t Utf8Prefix(std::string_view text);

// Appends a code point. False, and nothing appended, where it is none that UTF-8 may hold.
bool AppendUtf8(char32_t point, std::string& out);

// Removes the first code point of `text` and returns it. REQUIRES: IsUtf8(text), not empty.
char32_t TakeUtf8(std::string_view& text);

// The text, cut to what a message can hold; in 'single' or "double" quotes.
std::string Shortened(std::string_view text);
std::string Quoted(std::string_view text);
std::string DoubleQuoted(std::string_view text);

}  // namespace ekiben::codec
