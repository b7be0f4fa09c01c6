// SPDX-License-Identifier: Apache-2.0
#include "codec/json_document.h"

#include "base/status_matchers.h"
#include "codec/json_fields.h"

namespace ekiben::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

JsonValue Parsed(std::string_view text) {
  auto value = JsonValue::Parse(text);
  EXPECT_THAT(value, IsOk());
  return value ? *std::move(value) : JsonValue();
}

TEST(JsonDocumentTest, AValueComesBackAsItWasWritten) {
  for (const std::string_view text :
       {R"({"b":[1.50,-0,1e400,12345678901234567890],"a":{"é\n\"":null}})", "[]", "{}", "true",
        "\"\"", "[[[]],false]"}) {
    EXPECT_EQ(Parsed(text).ToJson(), text);
  }
}

TEST(JsonDocumentTest, MembersAreFoundByKey) {
  const JsonValue value = Parsed(R"({"a": 1, "long key": [true, "x"]})");
  ASSERT_NE(value.Find("long key"), nullptr);
  EXPECT_EQ(value.Find("long key")->items()[1].text(), "x");
  EXPECT_EQ(value.Find("b"), nullptr);
  EXPECT_THAT(value.keys(), ElementsAre("a", "long key"));
}

TEST(JsonDocumentTest, ANumberIsWholeOnlyWhereItFits) {
  EXPECT_EQ(Parsed("-7").Int(), -7);
  EXPECT_EQ(Parsed("1.0").Int(), std::nullopt);
  EXPECT_EQ(Parsed("9223372036854775808").Int(), std::nullopt);
  EXPECT_EQ(Parsed("\"7\"").Int(), std::nullopt);
  EXPECT_EQ(Parsed("0.25").Double(), 0.25);
  EXPECT_EQ(Parsed("1e999").Double(), std::nullopt);
}

TEST(JsonDocumentTest, AMistakeIsNamedByLineAndColumn) {
  EXPECT_THAT(JsonValue::Parse("{\n \"a\": x}"), HasMessage(HasSubstr("line 2, column 7")));
  EXPECT_THAT(JsonValue::Parse("[1,"), HasMessage("the JSON ends too early, at byte 3"));
  EXPECT_THAT(JsonValue::Parse(" "), HasMessage(HasSubstr("empty")));
  EXPECT_THAT(JsonValue::Parse("1 2"), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(JsonValue::Parse("\"\xFF\""), HasMessage(HasSubstr("not UTF-8")));
}

TEST(JsonDocumentTest, AKeyMayNotComeTwice) {
  EXPECT_THAT(JsonValue::Parse(R"([{"a":1,"b":2,"a":3}])"),
              HasMessage("the key 'a' is given twice"));
}

TEST(JsonDocumentTest, LimitsHold) {
  EXPECT_THAT(JsonValue::Parse("[1,2,3]", {.max_values = 3}),
              HasMessage("the JSON has too many values"));
  EXPECT_THAT(JsonValue::Parse("[1,2]", {.max_values = 3}), IsOk());
  EXPECT_THAT(JsonValue::Parse("[[[1]]]", {.max_depth = 2}), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(JsonValue::Parse("[1, 2]", {.max_bytes = 5}), HasMessage(HasSubstr("6 bytes")));
}

TEST(JsonFieldsTest, TheFirstMistakeIsKeptWithItsPlace) {
  const JsonValue value = Parsed(R"({"list":[{"n":1},{"n":"x"},{"n":true}]})");
  Status status;
  const JsonFields fields(value, "", status);
  std::vector<int64_t> numbers;
  fields.Each("list", [&](const JsonFields& each) { numbers.push_back(each.Int("n", 0, 9)); });
  EXPECT_THAT(status, HasMessage("list[1].n: expected a number, got a string"));
  EXPECT_EQ(status.field(), "list[1].n");
  EXPECT_THAT(numbers, ElementsAre(1, 0));
  fields.String("absent");
  EXPECT_EQ(status.field(), "list[1].n");
}

TEST(JsonFieldsTest, WhatIsAbsentOrNullIsEmptyWhereItMayBe) {
  const JsonValue value = Parsed(R"({"null":null})");
  Status status;
  const JsonFields fields(value, "", status);
  for (const std::string_view key : {"null", "absent"}) {
    EXPECT_EQ(fields.StringOr(key, "x"), "x");
    EXPECT_TRUE(fields.BoolOr(key, true));
    EXPECT_EQ(fields.IntIfAny(key, 0, 1), std::nullopt);
    EXPECT_EQ(fields.Json(key), "");
    EXPECT_TRUE(fields.Strings(key).empty());
  }
  EXPECT_THAT(status, IsOk());
  fields.Bool("null");
  EXPECT_THAT(status, HasMessage("null: expected a boolean, got null"));
}

TEST(JsonFieldsTest, ANumberOutOfRangeSaysTheRange) {
  const JsonValue value = Parsed(R"({"n": 7})");
  Status status;
  JsonFields(value, "", status).Int("n", 1, 3);
  EXPECT_THAT(status, HasMessage("n: expected a whole number from 1 to 3, got 7"));
}

}  // namespace
}  // namespace ekiben::codec
