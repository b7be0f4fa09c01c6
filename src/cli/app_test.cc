// SPDX-License-Identifier: Apache-2.0
#include "cli/app.h"

#include "base/status_matchers.h"
#include "cli/cli_testing.h"
#include "cli/report.h"

namespace ekiben::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class AppTest : public CliTest {};

TEST_F(AppTest, HelpLeadsWithExamples) {
  EXPECT_EQ(Run({"models", "list", "--help"}), kExitOk);
  EXPECT_EQ(out(), R"(List the models in the store.

  ekiben models list
  ekiben models list iris_clf -o json

Usage: ekiben models list [NAME] [OPTIONS]

  NAME                 only the versions of this model
  -o, --output FORMAT  table, json, yaml, path (default: table)
  -h, --help           print this help
)");
  EXPECT_EQ(err(), "");
}

TEST_F(AppTest, TheUsageLineNamesWhatMustBeGiven) {
  Run({"models", "import", "-h"});
  EXPECT_THAT(out(), HasSubstr("Usage: ekiben models import FILE [OPTIONS]\n"));
  Run({"models", "delete", "-h"});
  EXPECT_THAT(out(), HasSubstr("Usage: ekiben models delete TAGS... [OPTIONS]\n"));
}

TEST_F(AppTest, NoCommandPrintsTheHelp) {
  EXPECT_EQ(Run({}), kExitOk);
  EXPECT_THAT(out(), StartsWith("Serve machine-learning models.\n"));
  EXPECT_EQ(Run({"models"}), kExitOk);
  EXPECT_THAT(out(), HasSubstr("Usage: ekiben models COMMAND [OPTIONS]"));
}

TEST_F(AppTest, PrintsItsVersion) {
  for (const char* word : {"version", "--version"}) {
    EXPECT_EQ(Run({word}), kExitOk);
    EXPECT_THAT(out(), testing::MatchesRegex("ekiben [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  }
}

TEST_F(AppTest, AMistypedCommandIsGuessed) {
  EXPECT_EQ(Run({"modls", "list"}), kExitUsage);
  EXPECT_EQ(err(), "error: unknown command 'modls'\nhint: did you mean 'models'?\n");
  EXPECT_EQ(Run({"models", "lsit"}), kExitUsage);
  EXPECT_EQ(err(), "error: unknown command 'lsit'\nhint: did you mean 'list'?\n");
  EXPECT_EQ(Run({"fly"}), kExitUsage);
  EXPECT_EQ(err(), "error: unknown command 'fly'\nhint: see `ekiben --help`\n");
}

TEST_F(AppTest, AMistypedOptionIsGuessed) {
  EXPECT_EQ(Run({"models", "list", "--outptu=json"}), kExitUsage);
  EXPECT_EQ(err(), "error: unknown option '--outptu'\nhint: did you mean '--output'?\n");
  EXPECT_EQ(Run({"models", "list", "-x"}), kExitUsage);
  EXPECT_EQ(err(), "error: unknown option '-x'\nhint: see `ekiben models list --help`\n");
}

TEST_F(AppTest, WrongUsageSaysWhereHelpIs) {
  EXPECT_EQ(Run({"models", "get"}), kExitUsage);
  EXPECT_EQ(err(), "error: TAG is required\nhint: see `ekiben models get --help`\n");
  EXPECT_EQ(Run({"models", "get", "a", "b"}), kExitUsage);
  EXPECT_THAT(err(), StartsWith("error: 'b' is one argument too many\n"));
  EXPECT_EQ(Run({"models", "list", "-o", "xml"}), kExitUsage);
  EXPECT_THAT(err(), StartsWith("error: --output: expected one of table, json, yaml, path, got "
                                "'xml'\n"));
  EXPECT_EQ(out(), "");
}

TEST_F(AppTest, WhatFollowsAScriptIsTheScripts) {
  EXPECT_EQ(Run({"python", "--help"}), kExitOk);
  EXPECT_THAT(out(), HasSubstr("Usage: ekiben python [OPTIONS] SCRIPT [ARGUMENTS]\n"));
  EXPECT_EQ(Run({"python"}), kExitUsage);
  EXPECT_EQ(err(), "error: SCRIPT is required\nhint: see `ekiben python --help`\n");
  EXPECT_EQ(Run({"python", "--pyton", "x", "train.py"}), kExitUsage);
  EXPECT_EQ(err(), "error: unknown option '--pyton'\nhint: did you mean '--python'?\n");
  EXPECT_EQ(Run({"python", "--python", "/nowhere", "train.py", "--help", "-x"}), kExitNotFound);
  EXPECT_EQ(err(), "error: there is no Python interpreter '/nowhere'\n");
}

TEST_F(AppTest, NothingIsDoneWhereTheUsageIsWrong) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_EQ(Run({"models", "delete", "iris", "-y", "--forse"}), kExitUsage);
  EXPECT_THAT(store_.Get("iris"), IsOk());
}

}  // namespace
}  // namespace ekiben::cli
