// SPDX-License-Identifier: Apache-2.0
#include "bento/requirements.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "bento/bento_testing.h"

namespace ekiben::bento {
namespace {

using testing::HasSubstr;

class RequirementsTest : public FolderTest {};

TEST_F(RequirementsTest, TheyHaveWhatTheirFilesName) {
  Write("r.txt", "numpy\n-r more/other.txt\n-c limits.txt\n");
  Write("more/other.txt", "-r third.txt\r\npandas\n");
  Write("more/third.txt", "scikit-learn\n");
  Write("limits.txt", "numpy<2\n");
  const auto requirements = ReadRequirements({.requirements_txt = "r.txt"}, folder_);
  ASSERT_THAT(requirements, IsOk());
  EXPECT_EQ(requirements->text, "-c constraints.txt\nnumpy\nscikit-learn\npandas\n");
  EXPECT_EQ(requirements->constraints, "numpy<2\n");
}

TEST_F(RequirementsTest, ThoseThatIncludeThemselvesOrLeaveTheFolderAreRefused) {
  Write("r.txt", "-r r.txt\n");
  EXPECT_THAT(ReadRequirements({.requirements_txt = "r.txt"}, folder_),
              HasMessage(HasSubstr("includes itself")));
  Write("s.txt", "-r ../../../../../../../../etc/hostname\n");
  EXPECT_THAT(ReadRequirements({.requirements_txt = "s.txt"}, folder_),
              HasMessage(HasSubstr("outside of the folder")));
}

TEST_F(RequirementsTest, AFileIsNamedInEachWayThatPipTakes) {
  Write("a.txt", "numpy\n");
  for (const char* const line :
       {"-r a.txt", "-ra.txt", "  -r  a.txt  ", "--requirement a.txt", "--requirement=a.txt",
        "-r a.txt # since we need it", "-r\ta.txt\r"}) {
    Write("r.txt", std::string(line) + "\n");
    const auto requirements = ReadRequirements({.requirements_txt = "r.txt"}, folder_);
    ASSERT_THAT(requirements, IsOk()) << line;
    EXPECT_EQ(requirements->text, "numpy\n") << line;
  }
}

TEST_F(RequirementsTest, OtherLinesStayAsTheyAre) {
  const std::string lines =
      "# -r none.txt\nnumpy>=1  # why\n--require-hashes\na @ https://h/a.whl#sha256=0\n"
      "b==1 \\\n    --hash=sha256:0\n\n";
  Write("r.txt", lines);
  const auto requirements = ReadRequirements({.requirements_txt = "r.txt"}, folder_);
  ASSERT_THAT(requirements, IsOk());
  EXPECT_EQ(requirements->text, lines);
  EXPECT_FALSE(requirements->needs_git());
}

TEST_F(RequirementsTest, WhatIsBesideAFileIsBesideThatFile) {
  Write("r.txt", "-r sub/a.txt\n");
  Write("sub/a.txt", "-r b.txt\n-c ../c.txt\n");
  Write("sub/b.txt", "inner\n");
  Write("b.txt", "outer\n");
  Write("c.txt", "inner<2");
  const auto requirements = ReadRequirements({.requirements_txt = "r.txt"}, folder_);
  ASSERT_THAT(requirements, IsOk());
  EXPECT_EQ(requirements->text, "-c constraints.txt\ninner\n");
  EXPECT_EQ(requirements->constraints, "inner<2\n");
}

TEST_F(RequirementsTest, AFileThatIsMissingIsNamed) {
  Write("r.txt", "-r gone.txt\n");
  EXPECT_THAT(ReadRequirements({.requirements_txt = "r.txt"}, folder_),
              HasMessage(HasSubstr("gone.txt")));
}

TEST_F(RequirementsTest, PackagesOfTheOptionsAreALineEach) {
  const auto requirements = ReadRequirements({.packages = {"numpy", "git+https://h/x"}}, folder_);
  ASSERT_THAT(requirements, IsOk());
  EXPECT_EQ(requirements->text, "numpy\ngit+https://h/x\n");
  EXPECT_TRUE(requirements->needs_git());
  EXPECT_TRUE(ReadRequirements({}, folder_)->empty());
}

TEST_F(RequirementsTest, OnlyRequirementsOutOfRepositoriesNeedGit) {
  EXPECT_TRUE(Requirements{.text = "numpy\ntiny @ git+https://host/tiny\n"}.needs_git());
  EXPECT_FALSE(Requirements{.text = "numpy # not git+https://host/tiny\n"}.needs_git());
}

}  // namespace
}  // namespace ekiben::bento
