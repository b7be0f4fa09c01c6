// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "bento/bento_testing.h"
#include "bento/bentofile.h"
#include "bento/document.h"

namespace ekiben::bento {
namespace {

using testing::HasSubstr;
using testing::Pair;

class PyprojectTest : public FolderTest {
 protected:
  Result<BuildOptions> Options(std::string_view text) const {
    auto document = ReadPyproject(Write("pyproject.toml", text));
    if (!document) return Error(document.error());
    if (!*document) return Error(NotFound("no build"));
    return ParseBentofile(**document);
  }
};

TEST_F(PyprojectTest, OursGoesBeforeBentomls) {
  const auto options = Options(
      "[tool.bentoml.build]\nservice = 'theirs:svc'\n[tool.ekiben.build]\nservice = 'ours:svc'\n");
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->service, "ours:svc");
}

TEST_F(PyprojectTest, OtherTablesOfTheToolAreNotABuild) {
  EXPECT_THAT(Options("[tool.bentoml]\nname = 'x'\n"), HasCode(Code::kNotFound));
  EXPECT_THAT(Options("tool = 3\n"), HasCode(Code::kNotFound));
}

TEST_F(PyprojectTest, AVersionThatIsANumberKeepsItsZero) {
  const auto options = Options(
      "[tool.ekiben.build]\n"
      "docker = {base_image = 'mine:1', python_version = 3.10} # ü\n");
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->docker.python_version, "3.10");
  const auto after = Options(
      "[tool.ekiben.build]\n"
      "docker = {setup_script = 'ü/é.sh', python_version = 3.20}\n");
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->docker.python_version, "3.20");
}

TEST_F(PyprojectTest, LabelsAreTexts) {
  const auto options =
      Options("[tool.ekiben.build.labels]\nteam = \"a \\\"b\\\"\"\n'with space' = '''\nlines'''\n");
  ASSERT_THAT(options, IsOk());
  EXPECT_THAT(options->labels,
              testing::ElementsAre(Pair("team", "a \"b\""), Pair("with space", "lines")));
}

TEST_F(PyprojectTest, WhatIsNoTableIsAMistakeAtItsPlace) {
  EXPECT_THAT(Options("[tool.ekiben]\nbuild = 3\n"), HasMessage(HasSubstr("pyproject.toml:2:9: ")));
}

TEST_F(PyprojectTest, ATomlThatEndsTooSoonIsShown) {
  EXPECT_THAT(Options("[tool.ekiben.build\n"), HasMessage(HasSubstr("pyproject.toml:1:")));
  EXPECT_THAT(Options("[tool.ekiben.build]\nlabels = {a = 'b'\n"),
              HasMessage(HasSubstr("pyproject.toml:2:")));
}

}  // namespace
}  // namespace ekiben::bento
