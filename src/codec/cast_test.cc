// SPDX-License-Identifier: Apache-2.0
#include "codec/cast.h"

#include <cmath>

#include "base/status_matchers.h"

namespace ekiben::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor Doubles(std::vector<double> values) {
  const Shape shape{static_cast<int64_t>(values.size())};
  return Tensor::Of<double>(DataType::kFloat64, shape, values);
}

template <typename T>
std::vector<T> Cast(const Tensor& tensor, DataType type) {
  const auto cast = CastNumbers(tensor, type);
  EXPECT_THAT(cast, IsOk());
  if (!cast) return {};
  const auto values = cast->As<T>();
  return {values.begin(), values.end()};
}

TEST(CastTest, FloatsAreCutToIntegers) {
  EXPECT_THAT(Cast<int32_t>(Doubles({1.7, -1.7}), DataType::kInt32), ElementsAre(1, -1));
  EXPECT_THAT(Cast<uint8_t>(Doubles({255.9, -0.9}), DataType::kUint8), ElementsAre(255, 0));
  EXPECT_THAT(Cast<bool>(Doubles({0, -2}), DataType::kBool), ElementsAre(false, true));
  EXPECT_THAT(Cast<float>(Doubles({0.1}), DataType::kFloat32), ElementsAre(0.1F));
}

TEST(CastTest, WhatIsOutOfRangeIsRefused) {
  EXPECT_THAT(CastNumbers(Doubles({256}), DataType::kUint8), HasMessage(HasSubstr("uint8")));
  EXPECT_THAT(CastNumbers(Doubles({0x1p63}), DataType::kInt64), HasMessage(HasSubstr("int64")));
  EXPECT_THAT(CastNumbers(Doubles({NAN}), DataType::kInt64), HasCode(Code::kInvalidArgument));
  const std::vector<int64_t> negative = {-1};
  EXPECT_THAT(CastNumbers(Tensor::Of<int64_t>(DataType::kInt64, {1}, negative), DataType::kUint64),
              HasCode(Code::kInvalidArgument));
}

TEST(CastTest, TextIsNoNumber) {
  const std::vector<std::string_view> text = {"1"};
  EXPECT_THAT(CastNumbers(Tensor::OfStrings({1}, text), DataType::kInt64),
              HasMessage("expected int64, got an array of string"));
}

}  // namespace
}  // namespace ekiben::codec
