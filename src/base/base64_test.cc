// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben {
namespace {

TEST(Base64Test, BytesGoBothWays) {
  for (const std::string_view text : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(*DecodeBase64(EncodeBase64(text)), text);
  }
  EXPECT_EQ(EncodeBase64("ab"), "YWI=");
  EXPECT_EQ(*DecodeBase64("YWI"), "ab");
}

TEST(Base64Test, OtherTextIsRefused) {
  for (const char* const text : {"a*b=", "a", "YWI=YWI="}) EXPECT_FALSE(DecodeBase64(text)) << text;
}

}  // namespace
}  // namespace ekiben
