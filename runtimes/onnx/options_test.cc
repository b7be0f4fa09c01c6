// SPDX-License-Identifier: Apache-2.0
#include "onnx/options.h"

#include <gtest/gtest.h>

namespace ekiben::onnx {
namespace {

TEST(OptionsTest, NothingGivenMeansOneThread) {
  const Expected<Options> options = ParseOptions("{}");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->intra_op_threads, 1);
  EXPECT_EQ(options->library, "");
}

TEST(OptionsTest, UnknownMembersAreIgnored) {
  const Expected<Options> options =
      ParseOptions(R"({"intra_op_threads": 4, "library": "lib/x.so", "colour": ["red"]})");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->intra_op_threads, 4);
  EXPECT_EQ(options->library, "lib/x.so");
}

TEST(OptionsTest, WhatIsWrongIsNamed) {
  EXPECT_EQ(ParseOptions("[]").error(), "the options are not a JSON object");
  EXPECT_EQ(ParseOptions("{").error(), "the options are not a JSON object");
  EXPECT_EQ(ParseOptions(R"({"library": 3})").error(), "the option 'library' is not a text");
  for (const char* threads : {"0", "-1", "1.5", "\"2\"", "100000"}) {
    const std::string json = std::string(R"({"intra_op_threads": )") + threads + "}";
    EXPECT_EQ(ParseOptions(json).error(),
              "the option 'intra_op_threads' is not a number from 1 to 1024");
  }
}

}  // namespace
}  // namespace ekiben::onnx
