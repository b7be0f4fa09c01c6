// SPDX-License-Identifier: Apache-2.0
#include "store/yaml.h"

#include "base/status_matchers.h"
#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

using testing::HasSubstr;

std::string AsJson(const std::string& text) { return ToJson(ParseYaml(text).value()); }

TEST(YamlTest, ReadsMapsListsAndText) {
  EXPECT_EQ(AsJson("name: iris\nlabels: {owner: me}\ndims: [0, 1]\n"),
            R"({"name": "iris", "labels": {"owner": "me"}, "dims": [0, 1]})");
}

TEST(YamlTest, PlainScalarsAreWhatYamlTakesThemFor) {
  EXPECT_EQ(AsJson("[1, -2.5, 1.0e-05, true, no, ~, null, '1', \"true\", .nan, 007, 1_0]"),
            R"([1, -2.5, 1.0e-05, true, false, null, null, "1", "true", ".nan", "007", "1_0"])");
}

TEST(YamlTest, AnIndentedDocumentHasOneMemberALine) {
  EXPECT_EQ(ToJson(ParseYaml("{a: {b: 1}, c: [], d: [x]}").value(), true), R"({
  "a": {
    "b": 1
  },
  "c": [],
  "d": [
    "x"
  ]
})");
}

TEST(YamlTest, AliasesAreReplacedByWhatTheyMean) {
  EXPECT_EQ(AsJson("a: &dims [0, 0]\nb: *dims\n"), R"({"a": [0, 0], "b": [0, 0]})");
}

// Nine lines that would be a billion nodes.
TEST(YamlTest, AnAliasBombIsRefused) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'j'; ++c) {
    const char before = static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i == 0 ? "*" : ",*") + before;
    bomb += "]\n";
  }
  EXPECT_THAT(ParseYaml(bomb), HasMessage(HasSubstr("the document is too large")));
}

TEST(YamlTest, AnAliasOfLongTextCountsItsBytes) {
  std::string bomb = "a: &a " + std::string(500'000, 'x') + "\nb: [";
  for (int i = 0; i < 100; ++i) bomb += i == 0 ? "*a" : ",*a";
  EXPECT_THAT(ParseYaml(bomb + "]\n"), HasMessage(HasSubstr("too large")));
}

TEST(YamlTest, AnAliasInsideOfItselfIsRefused) {
  EXPECT_THAT(ParseYaml("a: &a [*a]"), HasCode(Code::kInvalidArgument));
}

TEST(YamlTest, DeepNestingIsRefused) {
  EXPECT_THAT(ParseYaml(std::string(65, '[') + std::string(65, ']')),
              HasMessage(HasSubstr("nested too deep")));
  EXPECT_THAT(ParseYaml(std::string(100'000, '[')), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(ParseYaml(std::string(100'000, '{')), HasCode(Code::kInvalidArgument));
}

TEST(YamlTest, AKeyTwiceIsRefused) {
  EXPECT_THAT(ParseYaml("a: 1\nb: 2\na: 3\n"), HasMessage(HasSubstr("'a' stands twice")));
}

TEST(YamlTest, AKeyThatIsNoTextIsRefused) {
  EXPECT_THAT(ParseYaml("? [a]\n: 1\n"), HasMessage(HasSubstr("a key is not text")));
  EXPECT_THAT(ParseYaml("? &x {a: b}\n: 1\n"), HasCode(Code::kInvalidArgument));
}

TEST(YamlTest, WhatIsNoYamlSaysWhere) {
  const auto yaml = ParseYaml("name: iris\nlabels: [a, b\n");
  EXPECT_THAT(yaml, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(yaml, HasMessage(HasSubstr("line ")));
}

TEST(YamlTest, WhatIsNotUtf8IsRefused) {
  EXPECT_THAT(ParseYaml("a: 1\nb: \xff\n"), HasMessage("line 2: is not UTF-8"));
  EXPECT_THAT(ParseYaml("a: \xef\xbf\xbd\n"), IsOk());
}

TEST(YamlTest, AnEmptyTextIsNull) { EXPECT_EQ(AsJson(""), "null"); }

TEST(YamlTextTest, WhatIsWrittenReadsBackAsTheSameText) {
  for (const char* text : {"", "iris", "true", "no", "1", "1.5", "-", "a: b", "#x", "it's", "a\"b",
                           "a\\b", "l1\nl2", "\x1b[31m", "y", "null", "é 駅弁", "a/b.c-d", "{}"}) {
    const Yaml yaml = ParseYaml("key: " + YamlText(text)).value();
    EXPECT_EQ(yaml.Find("key")->text, text);
    EXPECT_TRUE(yaml.Find("key")->quoted || ToJson(*yaml.Find("key")) == JsonText(text));
  }
}

TEST(YamlTextTest, AFlowLineReadsBackAsTheSameDocument) {
  const std::string key(500, 'k');
  const std::string list = "[1, -2.5, .nan, 007, 2026-11-22, ~, x, '1', 'a, b']";
  const std::string flow = ToFlow(ParseYaml("? " + key + "\n: {}\na: " + list).value());
  EXPECT_EQ(ToFlow(ParseYaml(flow).value()), flow);
  EXPECT_EQ(ToFlow(ParseYaml("[.nan, 007, a b, ~, '1']").value()),
            R"([.nan, 007, "a b", null, "1"])");
}

TEST(YamlTextTest, JsonNeverHoldsWhatIsNotUtf8OrMovesACursor) {
  EXPECT_EQ(JsonText("a\x80"
                     "b\xff"),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\"");
  EXPECT_EQ(JsonText("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(JsonText("\xf8\x90\x80\x80").find('\xf8'), std::string::npos);
  EXPECT_EQ(JsonText("\x1b[2J\xc2\x9b"), R"("\u001b[2J\u009b")");
}

}  // namespace
}  // namespace ekiben::store
