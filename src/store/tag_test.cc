// SPDX-License-Identifier: Apache-2.0
#include "store/tag.h"

#include <set>

#include "base/status_matchers.h"

namespace ekiben::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;

TEST(TagTest, ANameAloneMeansTheNewestVersion) {
  EXPECT_EQ(Tag::Parse("iris_clf")->name, "iris_clf");
  EXPECT_TRUE(Tag::Parse("iris_clf")->WantsLatest());
  EXPECT_TRUE(Tag::Parse("iris_clf:latest")->WantsLatest());
  EXPECT_FALSE(Tag::Parse("iris_clf:v1")->WantsLatest());
}

TEST(TagTest, PrintsAsItIsTyped) {
  for (const char* text : {"iris", "iris:v1", "a.b-c_d:1.0.0", "x:latest"}) {
    EXPECT_EQ(Tag::Parse(text)->ToString(), text);
  }
}

TEST(TagTest, UpperCaseIsLoweredAndToldOf) {
  EXPECT_EQ(Tag::Parse("Iris:V1")->ToString(), "iris:v1");
  EXPECT_TRUE(Tag::Parse("Iris:V1")->lowered);
  EXPECT_FALSE(Tag::Parse("iris:v1")->lowered);
}

TEST(TagTest, WhatWouldLeaveTheStoreIsRefused) {
  for (const char* text : {"", ":", ":v1", "..", "../x", "a/b", "a:../b", "a:b/c", "/etc", "a b",
                           "a:b:c", "-a", "a-", "a.", "é", "a\n", "a:\x01"}) {
    EXPECT_THAT(Tag::Parse(text), HasCode(Code::kInvalidArgument)) << text;
  }
  EXPECT_THAT(Tag::Parse(std::string("a\0b", 3)), HasCode(Code::kInvalidArgument));
}

TEST(TagTest, ATrailingColonIsPointedOut) {
  const auto tag = Tag::Parse("iris:");
  EXPECT_THAT(tag, HasMessage(HasSubstr("ends with a colon")));
  EXPECT_EQ(tag.error().hint(), "write 'iris' or 'iris:latest'");
}

TEST(TagTest, APartHasAtMost63Characters) {
  const std::string longest(63, 'a');
  EXPECT_THAT(Tag::Parse(longest + ":" + longest), IsOk());
  EXPECT_THAT(Tag::Parse(longest + "a"), HasMessage(HasSubstr("64 characters")));
  EXPECT_THAT(Tag::Parse("a:" + longest + "a"), HasCode(Code::kInvalidArgument));
}

// As Python has it: base64.b32encode(u.bytes[:6] + u.bytes[8:12]).lower()
TEST(TagTest, AVersionIsBase32OfTheUuidsChangingBytes) {
  const uint8_t uuid[16] = {0x3f, 0x2a, 0x91, 0x0c, 0x77, 0xe5, 0x11, 0xef,
                            0x9a, 0x1b, 0x02, 0x42, 0xac, 0x11, 0x00, 0x02};
  EXPECT_EQ(VersionFromUuid(uuid), "h4vjcddx4wnbwasc");
}

TEST(TagTest, NewVersionsAreValidAndDiffer) {
  std::set<std::string> versions;
  for (int i = 0; i < 10'000; ++i) versions.insert(NewVersion());
  EXPECT_THAT(versions, SizeIs(10'000));
  EXPECT_THAT(*versions.begin(), AllOf(SizeIs(16), MatchesRegex("[a-z2-7]*")));
}

}  // namespace
}  // namespace ekiben::store
