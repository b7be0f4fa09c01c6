// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include "base/status_matchers.h"
#include "cli/cli_testing.h"

namespace ekiben::cli {
namespace {

class ReportTest : public CliTest {};

TEST_F(ReportTest, AnErrorIsOneLineAndItsHintAnother) {
  PrintError(NotFound("no such model").WithHint("see `ekiben models list`"), context_);
  EXPECT_EQ(err(), "error: no such model\nhint: see `ekiben models list`\n");
  EXPECT_EQ(out(), "");
}

TEST_F(ReportTest, ATerminalSeesTheLabelInColour) {
  context_.color = true;
  PrintError(NotFound("no such model"), context_);
  EXPECT_EQ(err(), "\x1b[1;31merror:\x1b[0m no such model\n");
}

TEST(ExitCodeTest, TellsAScriptWhatToDo) {
  EXPECT_EQ(ExitCodeOf(Status()), 0);
  EXPECT_EQ(ExitCodeOf(FailedPrecondition("")), 1);
  EXPECT_EQ(ExitCodeOf(NotFound("")), 3);
  EXPECT_EQ(ExitCodeOf(InvalidArgument("")), 4);
  EXPECT_EQ(ExitCodeOf(PermissionDenied("")), 7);
  EXPECT_EQ(ExitCodeOf(Internal("")), 70);
  EXPECT_EQ(ExitCodeOf(Unavailable("")), 75);
}

TEST(PrintableTest, KeepsTextAndDropsControls) {
  EXPECT_EQ(Printable("é 駅弁\nnext"), "é 駅弁\nnext");
  EXPECT_EQ(Printable("\x1b[31m\x7f\r\xc2\x9b"), "?[31m???");
}

}  // namespace
}  // namespace ekiben::cli
