// SPDX-License-Identifier: Apache-2.0
#include "cli/ask_python.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "cli/cli_testing.h"
#include "cli/report.h"

namespace ekiben::cli {
namespace {

using testing::HasSubstr;

// A program in place of Python, which answers with `script`; the test has no other interpreter.
class AskPythonTest : public CliTest {
 protected:
  Result<std::string> Ask(const std::string& script) {
    const std::filesystem::path program = store_.home() / "python";
    std::filesystem::create_directories(store_.home());
    std::ofstream(program) << "#!/bin/sh\n" << script << '\n';
    std::filesystem::permissions(program, std::filesystem::perms(0755));
    return AskPython(
        {.doing = "ask", .python = program.string(), .name = "question", .arguments = {"a b"}});
  }
};

TEST_F(AskPythonTest, TheAnswerComesThroughADescriptorOfItsOwn) {
  const auto answer = Ask(R"(printf '{"said": "%s"}' "$4,$5" >&3)");
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(TextIn(*answer, "said"), "question,a b");
  EXPECT_EQ(TextIn(*answer, "more"), "");
}

TEST_F(AskPythonTest, AnErrorKeepsItsCodeAndItsHint) {
  const auto answer = Ask(
      R"(printf '{"message": "no rose", "hint": "plant one", "code": "NotFound"}' >&3; exit 2)");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Code::kNotFound);
  EXPECT_EQ(answer.error().message(), "no rose");
  EXPECT_EQ(answer.error().hint(), "plant one");
}

TEST_F(AskPythonTest, AnInterpreterThatSaysNothingIsNamed) {
  const auto answer = Ask("exit 1");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message(), HasSubstr("cannot ask: '"));
  EXPECT_THAT(answer.error().message(), HasSubstr("ended with exit status 1"));
}

}  // namespace
}  // namespace ekiben::cli
