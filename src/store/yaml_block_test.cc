// SPDX-License-Identifier: Apache-2.0
#include "store/yaml_block.h"

#include <gtest/gtest.h>

#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

std::string Written(const std::string& text) { return ToBlock(ParseYaml(text).value()); }

TEST(YamlBlockTest, HasALineForEachEntry) {
  EXPECT_EQ(Written("{a: 1, b: {c: x, d: []}, e: [1, {f: 2, g: [3]}], h: {}}"),
            "a: 1\n"
            "b:\n"
            "  c: x\n"
            "  d: []\n"
            "e:\n"
            "- 1\n"
            "- f: 2\n"
            "  g:\n"
            "  - 3\n"
            "h: {}\n");
}

TEST(YamlBlockTest, TextThatLooksLikeSomethingElseIsQuoted) {
  Yaml map{.kind = Yaml::Kind::kMap};
  map.members.emplace_back("on", TextNode("3.10"));
  map.members.emplace_back("lines", TextNode("a\nb: c"));
  map.members.emplace_back("none", Yaml());
  EXPECT_EQ(ToBlock(map), "\"on\": \"3.10\"\nlines: \"a\\nb: c\"\nnone: null\n");
}

TEST(YamlBlockTest, ReadsBackAsTheSameDocument) {
  const std::string text =
      R"({"openapi": "3.0.2", "paths": {"/a b": {"post": {"tags": ["x"], "deep": [[1, 2], []]}}}})";
  const Yaml yaml = ParseYaml(text).value();
  EXPECT_EQ(ToJson(ParseYaml(ToBlock(yaml)).value()), ToJson(yaml));
}

}  // namespace
}  // namespace ekiben::store
