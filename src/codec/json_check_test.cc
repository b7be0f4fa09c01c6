// SPDX-License-Identifier: Apache-2.0
#include "codec/json_check.h"

#include <string>

#include "base/status_matchers.h"

namespace ekiben::codec {
namespace {

using testing::HasSubstr;

TEST(JsonCheckTest, AnyJsonValuePasses) {
  for (const std::string_view body :
       {"null", " 1.5e3 ", "\"é\"", R"({"a": [1, {"a": true}], "a": 2})",
        "[[[[[[[[[[1]]]]]]]]]]"}) {
    EXPECT_THAT(CheckJson(body), IsOk()) << body;
  }
}

TEST(JsonCheckTest, AMistakeIsNamedByItsByteOrLine) {
  EXPECT_THAT(CheckJson("{\"a\": "), HasMessage("the JSON ends too early, at byte 6"));
  EXPECT_THAT(CheckJson("[1,\n2,\n x]"), HasMessage(HasSubstr("(line 3, column 2)")));
  EXPECT_THAT(CheckJson("[NaN]"), HasMessage(HasSubstr("invalid JSON at byte 1")));
  EXPECT_THAT(CheckJson("1 2"), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(CheckJson(""), HasMessage(HasSubstr("empty")));
}

TEST(JsonCheckTest, DepthAndNumberOfValuesAreLimited) {
  const std::string deep(1000, '[');
  EXPECT_THAT(CheckJson(deep), HasMessage(HasSubstr("nested more than")));
  EXPECT_THAT(CheckJson("[1, 2]", {.max_elements = 2}), HasMessage("more than 2 values"));
}

TEST(JsonCheckTest, TextThatIsNotUtf8IsNamedByItsByte) {
  EXPECT_THAT(CheckUtf8("täglich 日本 🍱"), IsOk());
  EXPECT_THAT(CheckUtf8("12345678\xC3"), HasMessage("the text is not UTF-8, at byte 8"));
  EXPECT_THAT(CheckUtf8("a\xED\xA0\x80"), HasMessage(HasSubstr("byte 1")));
}

}  // namespace
}  // namespace ekiben::codec
