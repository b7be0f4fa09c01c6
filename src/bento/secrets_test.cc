// SPDX-License-Identifier: Apache-2.0
#include "bento/secrets.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "bento/bento_testing.h"

namespace ekiben::bento {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kToken = std::string("gh") + "p_" + "aB3dE6gH9jK2aB3dE6gH9jK2aB3dE6gH9jK2";

class SecretsTest : public FolderTest {};

TEST_F(SecretsTest, FilesAreToldWithTheirLinesAndWithoutTheSecret) {
  Secrets secrets({});
  secrets.LookAtFile("config.py", Write("config.py", "a = 1\ntoken = '" + kToken + "'\n"));
  secrets.LookAtFile("fine.py", Write("fine.py", "a = 1\n"));
  const Status verdict = secrets.Verdict();
  EXPECT_THAT(verdict, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(verdict.message(), AllOf(HasSubstr("in the bento: config.py:2 has a token of GitHub"),
                                       Not(HasSubstr(kToken))));
  EXPECT_THAT(verdict.hint(), HasSubstr(".bentoignore"));
}

TEST_F(SecretsTest, WhatSomebodyHasAllowedIsNotLookedAt) {
  Secrets secrets({"tests/", "PUBLIC_TOKEN"});
  secrets.LookAtFile("tests/config.py", Write("tests/config.py", kToken));
  secrets.LookAt({{.name = "PUBLIC_TOKEN", .value = "abc"}});
  EXPECT_THAT(secrets.Verdict(), IsOk());
}

TEST_F(SecretsTest, LargeFilesAndThoseThatAreNoTextAreLeftAlone) {
  Secrets secrets({});
  secrets.LookAtFile("weights.bin", Write("weights.bin", std::string(10, '\0') + kToken));
  secrets.LookAtFile("data.csv", Write("data.csv", kToken + std::string(kMostSecretText, ' ')));
  EXPECT_THAT(secrets.Verdict(), IsOk());
}

TEST_F(SecretsTest, ATokenBehindTheFirstBlockIsFound) {
  Secrets secrets({});
  secrets.LookAtFile("long.py", Write("long.py", std::string(100'000, '\n') + kToken));
  EXPECT_THAT(secrets.Verdict().message(), HasSubstr("long.py:100001"));
}

TEST_F(SecretsTest, VariablesWithValuesAreLookedAt) {
  Secrets secrets({});
  secrets.LookAt({{.name = "TOKENIZERS_PARALLELISM", .value = "false"},
                  {.name = "MAX_TOKENS", .value = "100"},
                  {.name = "API_TOKEN"},
                  {.name = "DB_PASSWORD", .value = "abc"},
                  {.name = "OTHER", .value = kToken}});
  const Status verdict = secrets.Verdict();
  EXPECT_THAT(verdict.message(),
              HasSubstr("the variable DB_PASSWORD has a value; the variable OTHER has a token of "
                        "GitHub"));
  EXPECT_THAT(verdict.hint(), HasSubstr("set where the bento runs"));
}

TEST_F(SecretsTest, ManyAreCounted) {
  Secrets secrets({});
  for (int i = 0; i < 8; ++i) secrets.LookAt(std::to_string(i), kToken);
  EXPECT_THAT(secrets.Verdict().message(), HasSubstr("4:1 has a token of GitHub; and 3 more"));
}

}  // namespace
}  // namespace ekiben::bento
