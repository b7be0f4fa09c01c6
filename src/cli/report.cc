// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <ostream>

#include <fmt/format.h>

namespace ekiben::cli {
namespace {

constexpr std::string_view kRed = "\x1b[1;31m", kYellow = "\x1b[1;33m", kCyan = "\x1b[1;36m";

void PrintLine(std::string_view label, std::string_view color, std::string_view text,
               Context& context) {
  if (context.color) {
    context.err << color << label << "\x1b[0m " << Printable(text) << '\n';
  } else {
    context.err << label << ' ' << Printable(text) << '\n';
  }
}

}  // namespace

ExitCode ExitCodeOf(const Status& status) {
  switch (status.code()) {
    case Code::kOk: return kExitOk;
    case Code::kNotFound: return kExitNotFound;
    case Code::kInvalidArgument: return kExitInvalid;
    case Code::kPermissionDenied: return kExitPermission;
    case Code::kInternal: return kExitInternal;
    case Code::kUnavailable:
    case Code::kResourceExhausted: return kExitTemporary;
    default: return kExitFailed;
  }
}

void PrintError(const Status& status, Context& context) {
  PrintLine("error:", kRed, status.message(), context);
  if (!status.hint().empty()) PrintLine("hint:", kCyan, status.hint(), context);
}

void PrintWarning(const Status& status, Context& context) {
  PrintLine("warning:", kYellow, status.message(), context);
}

void PrintNote(std::string_view text, Context& context) {
  PrintLine("note:", kCyan, text, context);
}

std::string Printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F, of which one begins a terminal's commands, are two bytes.
    const bool is_c1 =
        c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if ((c < 0x20 && c != '\n') || c == 0x7f || is_c1) {
      out += '?';
      i += is_c1 ? 1 : 0;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace ekiben::cli
