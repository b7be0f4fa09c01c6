// SPDX-License-Identifier: Apache-2.0
#include "base/path_patterns.h"

#include <gtest/gtest.h>

namespace ekiben {
namespace {

bool Match(const std::vector<std::string>& lines, std::string_view path) {
  return PathPatterns(lines).Match(path);
}

TEST(PathPatternsTest, ANameMatchesAtAnyDepth) {
  EXPECT_TRUE(Match({"*.py"}, "service.py"));
  EXPECT_TRUE(Match({"*.py"}, "a/b/service.py"));
  EXPECT_FALSE(Match({"*.py"}, "service.pyc"));
  EXPECT_TRUE(Match({"[ab].tx?"}, "b.txt"));
}

TEST(PathPatternsTest, AStarAloneIsEverything) {
  EXPECT_TRUE(Match({"*"}, "a/.b"));
  EXPECT_TRUE(Match({"**"}, "a/b"));
}

TEST(PathPatternsTest, ASlashTiesAPatternToTheFolder) {
  EXPECT_TRUE(Match({"/service.py"}, "service.py"));
  EXPECT_FALSE(Match({"/service.py"}, "a/service.py"));
  EXPECT_TRUE(Match({"a/*.py"}, "a/b.py"));
  EXPECT_FALSE(Match({"a/*.py"}, "x/a/b.py"));
  EXPECT_FALSE(Match({"a/*.py"}, "a/b/c.py"));
}

TEST(PathPatternsTest, AFolderMeansEverythingInIt) {
  EXPECT_TRUE(Match({"tests/"}, "tests/a/b.py"));
  EXPECT_TRUE(Match({"tests/"}, "a/tests/b.py"));
  EXPECT_TRUE(Match({"tests"}, "tests/b.py"));
  EXPECT_FALSE(Match({"tests/"}, "tests"));
}

TEST(PathPatternsTest, TwoStarsAreAnyNumberOfFolders) {
  EXPECT_TRUE(Match({"a/**/b.json"}, "a/b.json"));
  EXPECT_TRUE(Match({"a/**/b.json"}, "a/x/y/b.json"));
  EXPECT_FALSE(Match({"a/**/b.json"}, "b.json"));
  EXPECT_TRUE(Match({"a/**"}, "a/x/y"));
  EXPECT_FALSE(Match({"a/**"}, "a"));
}

TEST(PathPatternsTest, TheLastThatMatchesDecides) {
  EXPECT_FALSE(Match({"*.py", "!keep.py"}, "a/keep.py"));
  EXPECT_TRUE(Match({"!keep.py", "*.py"}, "a/keep.py"));
}

TEST(PathPatternsTest, CommentsAndEmptyLinesMeanNothing) {
  EXPECT_FALSE(Match({"# *", "", "  "}, "a.py"));
  EXPECT_FALSE(Match({"/", "!"}, "a.py"));
  EXPECT_FALSE(Match({}, "a.py"));
}

}  // namespace
}  // namespace ekiben
