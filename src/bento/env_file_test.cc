// SPDX-License-Identifier: Apache-2.0
#include "bento/env_file.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"

namespace ekiben::bento {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// "NAME=value" of each, so that tests read as the file does.
std::vector<std::string> Parsed(std::string_view text) {
  const auto envs = ParseEnvFile(text);
  EXPECT_THAT(envs, IsOk());
  std::vector<std::string> lines;
  for (const EnvOption& env : envs.value_or(std::vector<EnvOption>())) {
    lines.push_back(env.name + "=" + env.value.value_or("(none)"));
  }
  return lines;
}

TEST(EnvFileTest, EachLineIsAVariable) {
  EXPECT_THAT(Parsed("A=1\n\n# a comment\n  B = two words \nexport C=3\r\nD="),
              testing::ElementsAre("A=1", "B=two words", "C=3", "D="));
}

TEST(EnvFileTest, OnlyTheFirstEqualsSignParts) {
  EXPECT_THAT(Parsed("URL=http://h/?a=b#c\n"), testing::ElementsAre("URL=http://h/?a=b#c"));
}

TEST(EnvFileTest, QuotesAreLeftOutWhereTheyAreAPair) {
  EXPECT_THAT(Parsed("A=\" a \"\nB='b'\nC=\"c'\nD=\"\nE=it's\n"),
              testing::ElementsAre("A= a ", "B=b", "C=\"c'", "D=\"", "E=it's"));
}

TEST(EnvFileTest, AVariableWhoseNameBeginsLikeExportIsOne) {
  EXPECT_THAT(Parsed("exported=1\n"), testing::ElementsAre("exported=1"));
}

TEST(EnvFileTest, OfNothingNothingIsRead) { EXPECT_THAT(Parsed("\n \n#\n"), IsEmpty()); }

TEST(EnvFileTest, ALineWithoutAValueIsNamedByItsNumber) {
  const auto envs = ParseEnvFile("# first\nA=1\n\nWHAT\n");
  EXPECT_THAT(envs, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(envs, HasMessage(HasSubstr("line 4")));
}

TEST(EnvFileTest, WhatNoVariableIsCalledIsRefused) {
  for (const char* const text : {"=1\n", "1A=1\n", "A B=1\n", "A-B=1\n", "export =1\n"}) {
    EXPECT_THAT(ParseEnvFile(text), HasCode(Code::kInvalidArgument)) << text;
  }
}

TEST(EnvFileTest, AValueOfSeveralLinesWouldEndADockerfilesLine) {
  const Status checked = CheckEnvOptions({{.name = "A", .value = "1\nRUN evil"}});
  EXPECT_THAT(checked, HasMessage(HasSubstr("'A' has more than one line")));
  EXPECT_THAT(CheckEnvOptions({{.name = "A", .value = "1\rB"}}), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(CheckEnvOptions({{.name = "A", .value = std::nullopt}}), IsOk());
}

}  // namespace
}  // namespace ekiben::bento
