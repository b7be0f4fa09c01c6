// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.h"

#include <cstring>
#include <string>

#include "base/status_matchers.h"

namespace ekiben {
namespace {

using testing::ElementsAre;

Tensor Doubles(const Shape& shape, std::vector<double> values) {
  return Tensor::Of<double>(DataType::kFloat64, shape, values);
}

Buffer BytesOf(std::span<const uint64_t> words, std::string_view text) {
  Buffer buffer(words.size_bytes() + text.size());
  std::memcpy(buffer.data(), words.data(), words.size_bytes());
  std::memcpy(buffer.data() + words.size_bytes(), text.data(), text.size());
  return buffer;
}

TEST(ShapeTest, AnyAcceptsEveryLength) {
  EXPECT_TRUE(Shape({-1, 4}).Accepts({7, 4}));
  EXPECT_FALSE(Shape({-1, 4}).Accepts({7, 5}));
  EXPECT_FALSE(Shape({-1, 4}).Accepts({4}));
}

TEST(ShapeTest, TooManyElementsHaveNoCount) {
  EXPECT_EQ(Shape({1LL << 40, 1LL << 40}).Elements(), std::nullopt);
  EXPECT_EQ(Shape({-1, 4}).Elements(), std::nullopt);
  EXPECT_EQ(Shape().Elements(), 1);
}

TEST(DataTypeTest, NamesAreReadBack) {
  for (int32_t number = 1; number <= static_cast<int32_t>(DataType::kString); ++number) {
    const auto type = static_cast<DataType>(number);
    EXPECT_EQ(DataTypeFromName(DataTypeName(type)), type);
  }
  EXPECT_EQ(DataTypeFromName("complex64"), std::nullopt);
}

TEST(TensorTest, JoinedRowsAreSlicedApartAgain) {
  const Tensor first = Doubles({1, 2}, {1, 2});
  const Tensor second = Doubles({2, 2}, {3, 4, 5, 6});
  const Tensor* both[] = {&first, &second};
  const Tensor joined = ConcatRows(both);
  EXPECT_EQ(joined.shape(), Shape({3, 2}));
  EXPECT_THAT(SliceRows(joined, 0, 1).As<double>(), ElementsAre(1, 2));
  EXPECT_THAT(SliceRows(joined, 1, 2).As<double>(), ElementsAre(3, 4, 5, 6));
}

TEST(TensorTest, StringsAreJoinedAndSlicedLikeNumbers) {
  const std::string_view words[] = {"a", "", "ccc"};
  const Tensor first = Tensor::OfStrings({2, 1}, std::span(words).first(2));
  const Tensor second = Tensor::OfStrings({1, 1}, std::span(words).subspan(2));
  const Tensor* both[] = {&first, &second};
  const Tensor joined = ConcatRows(both);
  EXPECT_EQ(joined.StringAt(0), "a");
  EXPECT_EQ(joined.StringAt(1), "");
  EXPECT_EQ(SliceRows(joined, 2, 1).StringAt(0), "ccc");
}

TEST(TensorTest, ATensorOfNoRowsIsSlicedAndCopied) {
  const Tensor empty = Doubles({0, 4}, {});
  EXPECT_EQ(empty.Clone().elements(), 0);
  EXPECT_EQ(SliceRows(empty, 0, 0).shape(), Shape({0, 4}));
}

TEST(TensorTest, ABufferOfTheWrongSizeIsRefused) {
  EXPECT_THAT(Tensor::FromBuffer(DataType::kFloat64, {2}, Buffer(8)),
              HasCode(Code::kInvalidArgument));
  EXPECT_THAT(Tensor::FromBuffer(DataType::kFloat64, {1LL << 61}, Buffer(8)),
              HasCode(Code::kInvalidArgument));
}

TEST(TensorTest, OffsetsOfStringsMustAddUp) {
  const uint64_t right[] = {0, 1, 3}, falling[] = {0, 3, 1}, beyond[] = {0, 1, 9};
  EXPECT_THAT(Tensor::FromBuffer(DataType::kString, {2}, BytesOf(right, "abb")), IsOk());
  EXPECT_FALSE(Tensor::FromBuffer(DataType::kString, {2}, BytesOf(falling, "abb")));
  EXPECT_FALSE(Tensor::FromBuffer(DataType::kString, {2}, BytesOf(beyond, "abb")));
  EXPECT_FALSE(Tensor::FromBuffer(DataType::kString, {1LL << 61}, BytesOf(right, "abb")));
}

}  // namespace
}  // namespace ekiben
