// SPDX-License-Identifier: Apache-2.0
#include "archive/members.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::archive {
namespace {

using testing::HasSubstr;

class MembersTest : public testing::Test {
 protected:
  std::string File(std::string_view name) {
    const auto path = members_.AddFile(name);
    return path ? path->string() : "refused: " + path.error().message();
  }
  std::string Folder(std::string_view name) {
    const auto path = members_.AddFolder(name);
    return path ? path->string() : "refused: " + path.error().message();
  }

  Members members_{{.files = 8, .bytes = 100}};
};

TEST_F(MembersTest, PlainNamesGoBelowTheFolder) {
  EXPECT_EQ(File("model.yaml"), "model.yaml");
  EXPECT_EQ(File("./native/predict.onnx"), "native/predict.onnx");
  EXPECT_EQ(File("a//b/./c"), "a/b/c");
  EXPECT_EQ(Folder("native/"), "native");
  EXPECT_EQ(Folder("./"), "");
}

TEST_F(MembersTest, NamesThatLeaveTheFolderAreRefused) {
  EXPECT_EQ(File("../x"), "refused: its member '../x' leaves the folder");
  EXPECT_EQ(File("a/../../x"), "refused: its member 'a/../../x' leaves the folder");
  EXPECT_EQ(File("/etc/passwd"), "refused: its member '/etc/passwd' is absolute");
  EXPECT_THAT(Folder(".."), HasSubstr("leaves the folder"));
  EXPECT_THAT(File(""), HasSubstr("no usable name"));
  EXPECT_THAT(File("."), HasSubstr("has no name"));
}

TEST_F(MembersTest, NamesThatMeanSomethingElseElsewhereAreRefused) {
  for (const char* const name : {"a\\b", "a/ b", "a /b", "a\nb", "a/\x7F"}) {
    EXPECT_THAT(File(name), HasSubstr("other systems")) << name;
  }
}

TEST_F(MembersTest, WhatIsThereTwiceIsRefused) {
  EXPECT_EQ(File("a/b"), "a/b");
  EXPECT_THAT(File("a/b"), HasSubstr("is there twice"));
  EXPECT_THAT(File("./a//b"), HasSubstr("is there twice"));
  EXPECT_THAT(File("A/c"), HasSubstr("in other letters"));
  EXPECT_THAT(File("a/B"), HasSubstr("is there twice"));
  EXPECT_THAT(Folder("A"), HasSubstr("in other letters"));
}

TEST_F(MembersTest, AFileIsNoFolder) {
  EXPECT_EQ(File("a"), "a");
  EXPECT_THAT(File("a/b"), HasSubstr("lies under a file"));
  EXPECT_THAT(File("A/b"), HasSubstr("lies under a file"));
  EXPECT_THAT(Folder("a"), HasSubstr("is there twice"));
  EXPECT_EQ(File("b/c"), "b/c");
  EXPECT_THAT(File("b"), HasSubstr("is a folder, too"));
}

TEST_F(MembersTest, AFolderMayBeNamedBeforeAndAfterItsFiles) {
  EXPECT_EQ(Folder("a/"), "a");
  EXPECT_EQ(File("a/b"), "a/b");
  EXPECT_EQ(Folder("a"), "a");
}

TEST_F(MembersTest, TooManyFilesAreRefused) {
  for (int i = 0; i < 8; ++i) EXPECT_EQ(File(std::to_string(i)), std::to_string(i));
  EXPECT_THAT(members_.AddFile("one more"), HasCode(Code::kResourceExhausted));
  EXPECT_THAT(members_.AddFolder("a folder"), HasCode(Code::kResourceExhausted));
}

TEST_F(MembersTest, TooManyBytesAreRefused) {
  EXPECT_THAT(members_.AddBytes(100), IsOk());
  EXPECT_THAT(members_.AddBytes(1), HasCode(Code::kResourceExhausted));
}

TEST_F(MembersTest, AnArchiveMayGrowByALotButNotWithoutEnd) {
  EXPECT_EQ(Members::LimitsFor(1).bytes, 1ULL << 30);
  EXPECT_EQ(Members::LimitsFor(1ULL << 30).bytes, 100ULL << 30);
}

}  // namespace
}  // namespace ekiben::archive
