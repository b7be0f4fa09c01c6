// SPDX-License-Identifier: Apache-2.0
#include "server/start_lines.h"

#include <gtest/gtest.h>

namespace ekiben::server {
namespace {

TEST(StartLinesTest, TheUrlIsOneThatCanBeOpened) {
  EXPECT_EQ(UrlOf("127.0.0.1", 3000), "http://127.0.0.1:3000");
  EXPECT_EQ(UrlOf("0.0.0.0", 3000), "http://127.0.0.1:3000");
  EXPECT_EQ(UrlOf("::1", 80), "http://[::1]:80");
}

TEST(StartLinesTest, AQuoteInASampleDoesNotEndTheWord) {
  EXPECT_EQ(ShellQuoted(R"({"it's": [1]})"), R"('{"it'\''s": [1]}')");
}

}  // namespace
}  // namespace ekiben::server
