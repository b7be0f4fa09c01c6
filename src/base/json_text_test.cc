// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.h"

#include <gtest/gtest.h>

namespace ekiben {
namespace {

TEST(JsonTextTest, QuotesAndControlsAreEscaped) {
  EXPECT_EQ(JsonString("say \"hi\"\\\n\x01"), R"("say \"hi\"\\\n\u0001")");
}

TEST(JsonTextTest, TextOfAllLanguagesStaysAsItIs) {
  EXPECT_EQ(JsonString("駅弁 é 🍱"), "\"駅弁 é 🍱\"");
}

TEST(JsonTextTest, BytesThatAreNotTextAreReplaced) {
  EXPECT_EQ(JsonString("a\xFFz"), "\"a\uFFFDz\"");
  EXPECT_EQ(JsonString("\xC0\xAF"), "\"\uFFFD\uFFFD\"") << "overlong form of a slash";
  EXPECT_EQ(JsonString("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"") << "surrogate";
  EXPECT_EQ(JsonString("\xE9"), "\"\uFFFD\"") << "cut short";
}

}  // namespace
}  // namespace ekiben
