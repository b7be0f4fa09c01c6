// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "codec/limits.h"

// multipart/form-data (RFC 7578), as browsers, curl and BentoML's clients send it.
namespace ekiben::codec {

// One part of a form. `body` is a view into what was parsed.
struct FormPart {
  std::string name;
  std::optional<std::string> filename;  // UTF-8, without folders' names. Nothing: no file.
  std::string content_type;             // As sent, parameters too; empty where the part has none.
  std::string_view body;
};

// The boundary that a Content-Type header names: `multipart/form-data; boundary=x`.
// kInvalidArgument where it names none that RFC 2046 allows.
Result<std::string> MultipartBoundary(std::string_view content_type);

// The parts of a body in their order, names as they come, one twice too. Bodies are not copied.
//
// kInvalidArgument, with the byte, where a part lacks its name, a header is none, there are more
// parts than the limits allow, or the body ends before its closing boundary.
Result<std::vector<FormPart>> ParseMultipart(std::string_view body, std::string_view boundary,
                                             const Limits& limits = {});

// Appends a part to `out`; FinishMultipart() ends the body. Names and filenames are escaped, as
// browsers do, so that they cannot end a header; of a content type that is no printable ASCII
// application/octet-stream remains.
// REQUIRES: the boundary occurs in no body; a random one of 128 bits does not.
void AppendMultipart(const FormPart& part, std::string_view boundary, std::string& out);
void FinishMultipart(std::string_view boundary, std::string& out);

// `text` as the value of a header's parameter, quotes included: quotes, backslashes and control
// characters as %22 and the like, so that it stays within its quotes.
std::string QuotedParameter(std::string_view text);

// Whether a text may stand in a header as a media type: printable ASCII with a slash in it.
bool IsMediaType(std::string_view text);

// The media type of a Content-Type header: without parameters and spaces.
std::string_view MediaTypeOf(std::string_view content_type);

}  // namespace ekiben::codec
