// SPDX-License-Identifier: Apache-2.0
#include "codec/json_array.h"

#include <cmath>

#include "base/status_matchers.h"

namespace ekiben::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename T>
std::vector<T> Elements(const Tensor& tensor) {
  const auto elements = tensor.As<T>();
  return {elements.begin(), elements.end()};
}

Tensor Decoded(std::string_view body, std::optional<DataType> type = {},
               Casting casting = Casting::kNumpy) {
  auto tensor = DecodeJsonArray(body, type, casting);
  EXPECT_THAT(tensor, IsOk()) << body;
  return tensor ? *std::move(tensor) : Tensor();
}

struct Inferred {
  std::string_view body;
  DataType type;
  Shape shape;
};

// Checked against numpy 2.4.
TEST(JsonArrayTest, TypeAndShapeAreThoseOfNumpy) {
  const std::vector<Inferred> cases = {
      {"[[5.9, 3, 5.1, 1.8]]", DataType::kFloat64, {1, 4}},
      {"[[1, 2], [3, 4]]", DataType::kInt64, {2, 2}},
      {"[1, 2.5]", DataType::kFloat64, {2}},
      {"[true, false]", DataType::kBool, {2}},
      {"[true, 2]", DataType::kInt64, {2}},
      {"[true, 2.5]", DataType::kFloat64, {2}},
      {"[9223372036854775808]", DataType::kUint64, {1}},
      {"[9223372036854775808, 1]", DataType::kFloat64, {2}},
      {"[1, 9223372036854775808]", DataType::kFloat64, {2}},
      {"[true, 9223372036854775808]", DataType::kUint64, {2}},
      {"[18446744073709551616]", DataType::kFloat64, {1}},
      {"[\"a\", \"bc\"]", DataType::kString, {2}},
      {"[\"a\", 1]", DataType::kString, {2}},
      {"[1, 2.5, true, \"a\"]", DataType::kString, {4}},
      {"[1, NaN]", DataType::kFloat64, {2}},
      {"3", DataType::kInt64, {}},
      {"true", DataType::kBool, {}},
      {"\"x\"", DataType::kString, {}},
      {"NaN", DataType::kFloat64, {}},
      {"[]", DataType::kFloat64, {0}},
      {"[[], []]", DataType::kFloat64, {2, 0}},
  };
  for (const Inferred& each : cases) {
    const Tensor tensor = Decoded(each.body);
    EXPECT_EQ(DataTypeName(tensor.type()), DataTypeName(each.type)) << each.body;
    EXPECT_EQ(tensor.shape().ToString(), each.shape.ToString()) << each.body;
  }
}

TEST(JsonArrayTest, ValuesSurviveThePromotion) {
  EXPECT_THAT(Elements<int64_t>(Decoded("[true, 2, -3]")), ElementsAre(1, 2, -3));
  EXPECT_THAT(Elements<double>(Decoded("[1, true, 0.5]")), ElementsAre(1, 1, 0.5));
  EXPECT_THAT(Elements<double>(Decoded("[-1, 9223372036854775808]")), ElementsAre(-1, 0x1p63));
  EXPECT_THAT(Elements<uint64_t>(Decoded("[18446744073709551615, true]")),
              ElementsAre(UINT64_MAX, 1));
}

TEST(JsonArrayTest, BesideAStringEverythingIsTextAsPythonWritesIt) {
  const Tensor tensor = Decoded(R"([1, 1E2, 1e16, 1e-5, true, -0, NaN, "ä\n"])");
  std::vector<std::string_view> strings;
  for (size_t i = 0; i < tensor.elements(); ++i) strings.push_back(tensor.StringAt(i));
  EXPECT_THAT(strings, ElementsAre("1", "100.0", "1e+16", "1e-05", "True", "0", "nan", "ä\n"));
}

TEST(JsonArrayTest, WordsThatOnlyPythonWritesAreFloats) {
  const Tensor tensor = Decoded("[NaN, Infinity, -Infinity, 0, -1]");
  const auto values = tensor.As<double>();
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], INFINITY);
  EXPECT_EQ(values[2], -INFINITY);
  EXPECT_EQ(values[4], -1);
  EXPECT_EQ(Decoded("[\"NaN\", \"Infinity\"]").StringAt(1), "Infinity");
  for (const std::string_view wrong : {"[1NaN]", "[NaN1]", "[--Infinity]", "[Infinit]", "[nan]"}) {
    EXPECT_THAT(DecodeJsonArray(wrong), HasCode(Code::kInvalidArgument)) << wrong;
  }
}

TEST(JsonArrayTest, AGivenTypeIsCastToAsNumpyDoes) {
  EXPECT_THAT(Elements<int64_t>(Decoded("[1.7, -1.7, true]", DataType::kInt64)),
              ElementsAre(1, -1, 1));
  EXPECT_THAT(Elements<float>(Decoded("[0.1, 1]", DataType::kFloat32)), ElementsAre(0.1F, 1));
  EXPECT_THAT(Elements<bool>(Decoded("[0, 2, 0.5]", DataType::kBool)),
              ElementsAre(false, true, true));
  EXPECT_EQ(Decoded("[1.5]", DataType::kString).StringAt(0), "1.5");
  EXPECT_THAT(Elements<uint64_t>(Decoded("[1e19]", DataType::kUint64)),
              ElementsAre(10000000000000000000U));
}

TEST(JsonArrayTest, AnExactCastKeepsEachValue) {
  EXPECT_THAT(Elements<uint8_t>(Decoded("[1, 2.0]", DataType::kUint8, Casting::kExact)),
              ElementsAre(1, 2));
  EXPECT_THAT(DecodeJsonArray("[1.5]", DataType::kUint8, Casting::kExact),
              HasMessage("row 0: expected uint8, got 1.5"));
  EXPECT_THAT(DecodeJsonArray("[2]", DataType::kBool, Casting::kExact),
              HasCode(Code::kInvalidArgument));
  EXPECT_THAT(DecodeJsonArray("[1]", DataType::kString, Casting::kExact),
              HasMessage("row 0: expected string, got 1"));
}

TEST(JsonArrayTest, WhatDoesNotFitTheTypeIsNamedByItsPlace) {
  EXPECT_THAT(DecodeJsonArray("[[1, 300]]", DataType::kUint8),
              HasMessage("row 0, column 1: 300 is out of range of uint8"));
  EXPECT_THAT(DecodeJsonArray("[-1]", DataType::kUint8), HasMessage(HasSubstr("out of range")));
  EXPECT_THAT(DecodeJsonArray("[1e40]", DataType::kFloat32), HasMessage(HasSubstr("float32")));
  EXPECT_THAT(DecodeJsonArray("[1e300]", DataType::kInt64), HasMessage(HasSubstr("int64")));
  EXPECT_THAT(DecodeJsonArray("[NaN]", DataType::kInt64),
              HasMessage("row 0: expected int64, got NaN"));
  EXPECT_THAT(DecodeJsonArray("[[\"x\"]]", DataType::kFloat32),
              HasMessage("row 0, column 0: expected float32, got \"x\""));
}

TEST(JsonArrayTest, WhatIsNoArrayIsRefused) {
  EXPECT_THAT(DecodeJsonArray("[[1, 2], [3]]"), HasMessage("row 1 has 1 value, row 0 has 2"));
  EXPECT_THAT(DecodeJsonArray("[1, [2]]"), HasMessage(HasSubstr("row 1")));
  EXPECT_THAT(DecodeJsonArray("[1, null]"),
              HasMessage("row 1: expected a number, a boolean or a string, got null"));
  EXPECT_THAT(DecodeJsonArray("{\"a\": 1}"), HasMessage(HasSubstr("got an object")));
  EXPECT_THAT(DecodeJsonArray("[[[[[[[[[1]]]]]]]]]"), HasMessage(HasSubstr("8 deep")));
  EXPECT_THAT(DecodeJsonArray("not json"), HasMessage(HasSubstr("invalid JSON at byte")));
  EXPECT_THAT(DecodeJsonArray(""), HasMessage(HasSubstr("empty")));
  EXPECT_EQ(DecodeJsonArray("[[1, 2], [3, {}]]").error().field(), "/1/1");
}

TEST(JsonArrayTest, TheNumberOfValuesIsLimited) {
  EXPECT_THAT(DecodeJsonArray("[1, 2, 3]", {}, Casting::kNumpy, {.max_elements = 2}),
              HasMessage("more than 2 values"));
}

}  // namespace
}  // namespace ekiben::codec
