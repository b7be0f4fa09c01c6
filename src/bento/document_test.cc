// SPDX-License-Identifier: Apache-2.0
#include "bento/document.h"

#include "base/status_matchers.h"
#include "bento/bento_testing.h"
#include "bento/bentofile.h"

namespace ekiben::bento {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DocumentTest : public FolderTest {};

TEST_F(DocumentTest, TheCaretStandsBelowTheCharacter) {
  EXPECT_EQ(MistakeIn("f", "a: 1\n\täö: x\n", 2, 4, "no", 2).message(),
            "f:2:4: no\n  2 | \täö: x\n    | \t  ^^");
  EXPECT_EQ(MistakeIn("f", "a", 9, 1, "no").message(), "f:9:1: no");
}

TEST_F(DocumentTest, WhatIsNoYamlIsShown) {
  const auto document = ReadBentofile(Write("bentofile.yaml", "service: a:b\ninclude: [\"a\"\n"));
  EXPECT_THAT(document, HasMessage(HasSubstr("bentofile.yaml:")));
  const auto twice = ReadBentofile(Write("twice.yaml", "name: a\nservice: b\nname: c\n"));
  EXPECT_THAT(twice, HasMessage(HasSubstr("twice.yaml:3:1: the key 'name' stands twice")));
}

TEST_F(DocumentTest, PyprojectHasTheSameOptions) {
  const auto document = ReadPyproject(Write("pyproject.toml", R"([project]
name = "x"

[tool.ekiben.build]
service = "service:svc"
include = ["*.py"]
[tool.ekiben.build.python]
packages = ["numpy"]
lock_packages = false
)"));
  ASSERT_THAT(document, IsOk());
  ASSERT_TRUE(document->has_value());
  const auto options = ParseBentofile(**document);
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->service, "service:svc");
  EXPECT_THAT(options->python.packages, ElementsAre("numpy"));
  EXPECT_EQ(options->python.lock_packages, false);
}

TEST_F(DocumentTest, AMistakeInPyprojectIsShownToo) {
  const auto document = ReadPyproject(
      Write("pyproject.toml", "[tool.bentoml.build]\nservice = \"a:b\"\nlables = {a = \"b\"}\n"));
  const auto options = ParseBentofile(**document);
  EXPECT_THAT(options, HasMessage(HasSubstr("pyproject.toml:3:1: unknown key 'lables'\n"
                                            "  3 | lables = {a = \"b\"}\n    | ^^^^^^")));
  EXPECT_THAT(ReadPyproject(Write("bad.toml", "a = \n")), HasMessage(HasSubstr("bad.toml:1:")));
}

TEST_F(DocumentTest, APyprojectWithoutABuildSaysNothing) {
  const auto document = ReadPyproject(Write("pyproject.toml", "[project]\nname = \"x\"\n"));
  ASSERT_THAT(document, IsOk());
  EXPECT_FALSE(document->has_value());
}

}  // namespace
}  // namespace ekiben::bento
