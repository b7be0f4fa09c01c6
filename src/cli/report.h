// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

// What the process ends with; docs/reference/exit-codes.md has them for users.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitInvalid = 4,
  kExitPermission = 7,
  kExitInternal = 70,
  kExitTemporary = 75,
  kExitBrokenPipe = 141,
};

ExitCode ExitCodeOf(const Status& status);

// "error: …" and, on the next line, "hint: …".
void PrintError(const Status& status, Context& context);
// "warning: …": something is wrong, and the command went on.
void PrintWarning(const Status& status, Context& context);
// "note: …"
void PrintNote(std::string_view text, Context& context);

// `text` without what a terminal takes for a command: it may come out of a file.
std::string Printable(std::string_view text);

}  // namespace ekiben::cli
