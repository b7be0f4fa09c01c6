// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/status_matchers.h"
#include "codec/json.h"

namespace ekiben::codec {
namespace {

std::string Encoded(const Tensor& tensor) {
  const std::string name = "y";
  std::string out;
  EXPECT_THAT(EncodeJson({&tensor, 1}, {&name, 1}, out), IsOk());
  return out;
}

template <typename T>
std::string Encoded(DataType type, const Shape& shape, std::initializer_list<T> values) {
  return Encoded(Tensor::Of<T>(type, shape, std::vector<T>(values)));
}

TEST(EncodeJsonTest, OneOutputIsABareList) {
  EXPECT_EQ(Encoded<int64_t>(DataType::kInt64, {1}, {2}), "[2]");
  EXPECT_EQ(Encoded<int64_t>(DataType::kInt64, {2, 2}, {1, 2, 3, 4}), "[[1, 2], [3, 4]]");
  EXPECT_EQ(Encoded<int64_t>(DataType::kInt64, {}, {5}), "5");
  EXPECT_EQ(Encoded<int64_t>(DataType::kInt64, {0, 2}, {}), "[]");
  EXPECT_EQ(Encoded<int64_t>(DataType::kInt64, {2, 0}, {}), "[[], []]");
}

TEST(EncodeJsonTest, SeveralOutputsAreAnObjectByName) {
  const int64_t label = 2;
  const float scores[] = {0.25f, 0.75f};
  Tensor outputs[] = {Tensor::Of<int64_t>(DataType::kInt64, {1}, {&label, 1}),
                      Tensor::Of<float>(DataType::kFloat32, {1, 2}, scores)};
  const std::string names[] = {"label", "the \"scores\""};
  std::string out = "before: ";
  EXPECT_THAT(EncodeJson(outputs, names, out), IsOk());
  EXPECT_EQ(out, R"(before: {"label": [2], "the \"scores\"": [[0.25, 0.75]]})");
}

TEST(EncodeJsonTest, FloatsAreTheShortestOfTheirType) {
  EXPECT_EQ(Encoded<float>(DataType::kFloat32, {4}, {0.1f, 1, -2.5f, 16777216}),
            "[0.1, 1.0, -2.5, 16777216.0]");
  EXPECT_EQ(Encoded<double>(DataType::kFloat64, {5}, {0.1, 1.0 / 3, 1e16, 1e-5, -0.0}),
            "[0.1, 0.3333333333333333, 1e+16, 1e-05, -0.0]");
  EXPECT_EQ(Encoded<_Float16>(DataType::kFloat16, {4},
                              {static_cast<_Float16>(0.1f), 1, static_cast<_Float16>(65504.0f),
                               static_cast<_Float16>(0.333f)}),
            "[0.1, 1.0, 65500.0, 0.333]");
}

TEST(EncodeJsonTest, IntegersAreWrittenInFull) {
  EXPECT_EQ(Encoded<int64_t>(DataType::kInt64, {2}, {INT64_MIN, INT64_MAX}),
            "[-9223372036854775808, 9223372036854775807]");
  EXPECT_EQ(Encoded<uint64_t>(DataType::kUint64, {1}, {UINT64_MAX}), "[18446744073709551615]");
  EXPECT_EQ(Encoded<uint8_t>(DataType::kUint8, {2}, {0, 255}), "[0, 255]");
  EXPECT_EQ(Encoded<int8_t>(DataType::kInt8, {1}, {-128}), "[-128]");
}

TEST(EncodeJsonTest, BooleansAreWords) {
  const bool values[] = {true, false};
  EXPECT_EQ(Encoded(Tensor::Of<bool>(DataType::kBool, {2}, values)), "[true, false]");
}

TEST(EncodeJsonTest, WhatJsonHasNoWordForIsNull) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Encoded<double>(DataType::kFloat64, {3}, {std::nan(""), infinity, -infinity}),
            "[null, null, null]");
  EXPECT_EQ(Encoded<_Float16>(DataType::kFloat16, {1}, {static_cast<_Float16>(infinity)}),
            "[null]");
}

TEST(EncodeJsonTest, StringsAreEscaped) {
  using namespace std::string_view_literals;
  const std::string_view texts[] = {"", "é🍱", "\"\\/\b\f\n\r\t", "a\0\x1f\x7f"sv};
  EXPECT_EQ(Encoded(Tensor::OfStrings({4}, texts)),
            "[\"\", \"é🍱\", \"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\", \"a\\u0000\\u001f\x7f\"]");
}

TEST(EncodeJsonTest, AStringThatIsNotUtf8LeavesTheAnswerAlone) {
  const std::string_view texts[] = {"a", "\xff"};
  const Tensor tensor = Tensor::OfStrings({2}, texts);
  const std::string name = "label";
  std::string out = "before";
  const Status status = EncodeJson({&tensor, 1}, {&name, 1}, out);
  EXPECT_THAT(status, HasCode(Code::kInternal));
  EXPECT_EQ(status.message(), "string 1 of the output 'label' is not UTF-8");
  EXPECT_EQ(out, "before");
}

}  // namespace
}  // namespace ekiben::codec
