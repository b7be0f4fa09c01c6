// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "base/file.h"
#include "cli/app.h"
#include "cli/open_onnx.h"
#include "cli/report.h"
#include "store/home.h"

namespace {

using namespace ekiben::cli;

bool IsTerminal(int file) {
  const char* const term = std::getenv("TERM");
  return isatty(file) != 0 && (term == nullptr || std::string_view(term) != "dumb");
}

bool ShowsColors(int file) {
  const char* const no_color = std::getenv("NO_COLOR");
  return IsTerminal(file) && (no_color == nullptr || *no_color == '\0');
}

// What was printed must have arrived, else scripts take half of it for the whole. That the reader
// has enough, as `head` does, is no error to talk about.
int Finish(int code, Context& context) {
  errno = 0;
  if (std::cout.flush()) return code;
  if (errno == EPIPE) return kExitBrokenPipe;
  PrintError(ekiben::FileError("cannot write to", "stdout", errno), context);
  return kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  signal(SIGPIPE, SIG_IGN);
  Context context{.store = ekiben::store::ModelStore(ekiben::store::Home()),
                  .open_onnx = OpenWithPlugin,
                  .in = std::cin,
                  .out = std::cout,
                  .err = std::cerr,
                  .may_ask = isatty(STDIN_FILENO) != 0,
                  .color = ShowsColors(STDERR_FILENO),
                  .terminal = IsTerminal(STDERR_FILENO)};
  return Finish(RunApp({argv + 1, argv + argc}, context), context);
}
