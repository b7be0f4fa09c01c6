// SPDX-License-Identifier: Apache-2.0
#include "codec/text.h"

#include <gmock/gmock.h>

namespace ekiben::codec {
namespace {

TEST(TextTest, OnlyShortestFormsOfRealCodePointsAreUtf8) {
  for (const std::string_view text : {"", "plain text of more than eight bytes", "é", "€", "🍱",
                                      "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "12345678é"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const std::string_view text :
       {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82",
        "12345678\xff", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(TextTest, CodePointsAreReadAsTheyWereAppended) {
  for (const char32_t point : {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\ud7ff',
                               U'\ue000', U'\uffff', U'\U00010000', U'\U0010ffff'}) {
    std::string text;
    ASSERT_TRUE(AppendUtf8(point, text));
    EXPECT_TRUE(IsUtf8(text));
    std::string_view rest = text;
    EXPECT_EQ(TakeUtf8(rest), point);
    EXPECT_TRUE(rest.empty());
  }
  std::string text;
  EXPECT_FALSE(AppendUtf8(0xd800, text));
  EXPECT_FALSE(AppendUtf8(0x110000, text));
  EXPECT_EQ(text, "");
}

TEST(TextTest, LongTextsAreCutBetweenCodePoints) {
  EXPECT_EQ(Quoted("short"), "'short'");
  std::string text(47, 'a');
  EXPECT_EQ(Shortened(text + "éé"), text + "…");
  EXPECT_EQ(DoubleQuoted(std::string(60, 'b')), "\"" + std::string(48, 'b') + "…\"");
}

}  // namespace
}  // namespace ekiben::codec
