// SPDX-License-Identifier: Apache-2.0
#include "codec/npy.h"

#include <bit>
#include <cmath>
#include <limits>

#include "base/status_matchers.h"
#include "codec/npy_header.h"

namespace ekiben::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TensorSpec Spec(DataType type, Shape shape) { return {.name = "x", .type = type, .shape = shape}; }

const TensorSpec kIris = Spec(DataType::kFloat32, {-1, 4});

std::string File(std::string_view dictionary, std::string_view data, char major = 1) {
  std::string file = "\x93NUMPY";
  file += {major, 0, static_cast<char>(dictionary.size() + 1), 0};
  if (major > 1) file += {0, 0};
  file += dictionary;
  file += '\n';
  return file.append(data);
}

std::string Dictionary(std::string_view descr, std::string_view shape, bool fortran = false) {
  return "{'descr': '" + std::string(descr) +
         "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + std::string(shape) + ", }";
}

template <typename T>
std::string Bytes(std::initializer_list<T> values, bool big_endian = false) {
  std::string bytes;
  for (const T value : values) {
    auto raw = std::bit_cast<std::array<char, sizeof(T)>>(value);
    if (big_endian) std::ranges::reverse(raw);
    bytes.append(raw.data(), raw.size());
  }
  return bytes;
}

template <typename T>
std::string Array(std::string_view descr, std::string_view shape, std::initializer_list<T> values) {
  return File(Dictionary(descr, shape), Bytes(values, descr[0] == '>'));
}

std::vector<std::string_view> Strings(const Result<Tensor>& tensor) {
  std::vector<std::string_view> strings;
  for (size_t i = 0; tensor && i < tensor->elements(); ++i) strings.push_back(tensor->StringAt(i));
  return strings;
}

TEST(DecodeNpyTest, TheSameTypeIsTakenAsItIs) {
  const auto tensor = DecodeNpy(Array<float>("<f4", "(2, 4)", {1, 2, 3, 4, 5, 6, 7, 8.5}), kIris);
  ASSERT_THAT(tensor, IsOk());
  EXPECT_EQ(tensor->shape(), Shape({2, 4}));
  EXPECT_THAT(tensor->As<float>(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8.5));
}

TEST(DecodeNpyTest, AllVersionsAreRead) {
  for (const char major : {'\1', '\2', '\3'}) {
    const std::string file = File(Dictionary("<f4", "(1, 4)"), Bytes<float>({1, 2, 3, 4}), major);
    EXPECT_THAT(DecodeNpy(file, kIris), IsOk());
  }
  EXPECT_THAT(DecodeNpy(File(Dictionary("<f4", "(1, 4)"), Bytes<float>({1, 2, 3, 4}), 4), kIris),
              HasMessage("npy version 4.0 is unknown"));
}

TEST(DecodeNpyTest, BothMemoryAndByteOrdersAreRead) {
  const TensorSpec spec = Spec(DataType::kInt16, {2, 3});
  const auto in_c = DecodeNpy(Array<int16_t>(">i2", "(2, 3)", {1, 2, 3, 4, 5, 6}), spec);
  ASSERT_THAT(in_c, IsOk());
  EXPECT_THAT(in_c->As<int16_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
  const std::string file =
      File(Dictionary("<i2", "(2, 3)", true), Bytes<int16_t>({1, 4, 2, 5, 3, 6}));
  const auto in_fortran = DecodeNpy(file, spec);
  ASSERT_THAT(in_fortran, IsOk());
  EXPECT_THAT(in_fortran->As<int16_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(DecodeNpyTest, ValuesThatStayTheSameAreConverted) {
  const auto floats = DecodeNpy(Array<double>("<f8", "(1, 4)", {0.5, -0.0, 3, 1e10}), kIris);
  ASSERT_THAT(floats, IsOk());
  EXPECT_THAT(floats->As<float>(), ElementsAre(0.5f, 0, 3, 1e10f));
  EXPECT_TRUE(std::signbit(floats->As<float>()[1]));
  const auto widened =
      DecodeNpy(Array<float>("<f4", "(2,)", {0.1f, 2}), Spec(DataType::kFloat64, {-1}));
  ASSERT_THAT(widened, IsOk());
  EXPECT_THAT(widened->As<double>(), ElementsAre(0.1f, 2));
  const auto whole = DecodeNpy(Array<double>("<f8", "(2,)", {-3, 4}), Spec(DataType::kInt64, {-1}));
  ASSERT_THAT(whole, IsOk());
  EXPECT_THAT(whole->As<int64_t>(), ElementsAre(-3, 4));
  const auto flags = DecodeNpy(Array<uint8_t>("|u1", "(2,)", {0, 1}), Spec(DataType::kBool, {-1}));
  ASSERT_THAT(flags, IsOk());
  EXPECT_THAT(flags->As<bool>(), ElementsAre(false, true));
}

TEST(DecodeNpyTest, AnyByteButZeroIsTrue) {
  const auto flags =
      DecodeNpy(Array<uint8_t>("|b1", "(3,)", {0, 1, 7}), Spec(DataType::kBool, {-1}));
  ASSERT_THAT(flags, IsOk());
  EXPECT_EQ(static_cast<int>(flags->bytes()[2]), 1);
}

TEST(DecodeNpyTest, ValuesThatWouldChangeAreRefused) {
  const auto inexact = DecodeNpy(Array<double>("<f8", "(1, 4)", {1, 2, 5.1, 4}), kIris);
  EXPECT_THAT(inexact, HasMessage("row 0, column 2: expected float32, got 5.1 of float64"));
  EXPECT_EQ(inexact.error().field(), "/0/2");
  EXPECT_THAT(inexact.error().hint(), HasSubstr("array.astype('float32')"));
  EXPECT_THAT(DecodeNpy(Array<int64_t>("<i8", "(2,)", {7, -1}), Spec(DataType::kUint8, {-1})),
              HasMessage("row 1: expected uint8, got -1 of int64"));
  EXPECT_THAT(DecodeNpy(Array<double>("<f8", "(1,)", {1.5}), Spec(DataType::kInt32, {-1})),
              HasMessage("row 0: expected int32, got 1.5 of float64"));
}

TEST(DecodeNpyTest, MissingValuesNeedLeaveAndInfinityHasNone) {
  const std::string file = Array<float>("<f4", "(1, 4)", {1, std::nanf(""), 3, 4});
  EXPECT_THAT(DecodeNpy(file, kIris), HasMessage("row 0, column 1: expected float32, got NaN"));
  TensorSpec spec = kIris;
  spec.missing = true;
  ASSERT_THAT(DecodeNpy(file, spec), IsOk());
  EXPECT_TRUE(std::isnan(DecodeNpy(file, spec)->As<float>()[1]));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(DecodeNpy(Array<float>("<f4", "(1, 4)", {1, 2, 3, -infinity}), spec),
              HasMessage("row 0, column 3: expected float32, got Infinity"));
}

TEST(DecodeNpyTest, ShapesAreCheckedAsInJson) {
  EXPECT_THAT(DecodeNpy(Array<float>("<f4", "(1, 3)", {1, 2, 3}), kIris),
              HasMessage("expected shape [-1, 4], got [1, 3]"));
  const auto flat = DecodeNpy(Array<float>("<f4", "(4,)", {1, 2, 3, 4}), kIris);
  EXPECT_THAT(flat, HasMessage("expected shape [-1, 4], got [4]"));
  EXPECT_THAT(flat.error().hint(), HasSubstr("newaxis"));
  EXPECT_THAT(DecodeNpy(Array<float>("<f4", "(0, 4)", {}), kIris),
              HasMessage("expected values, got the empty shape [0, 4]"));
  const auto column =
      DecodeNpy(Array<float>("<f4", "(2,)", {1, 2}), Spec(DataType::kFloat32, {-1, 1}));
  ASSERT_THAT(column, IsOk());
  EXPECT_EQ(column->shape(), Shape({2, 1}));
  EXPECT_THAT(DecodeNpy(Array<float>("<f4", "()", {1}), Spec(DataType::kFloat32, {})), IsOk());
}

TEST(DecodeNpyTest, TextBecomesStrings) {
  const TensorSpec spec = Spec(DataType::kString, {-1});
  const auto wide = DecodeNpy(Array<char32_t>("<U2", "(3,)", {U'h', U'é', U'🍱', 0, 0, 0}), spec);
  EXPECT_THAT(wide, IsOk());
  EXPECT_THAT(Strings(wide), ElementsAre("hé", "🍱", ""));
  const auto swapped = DecodeNpy(Array<uint32_t>(">U1", "(2,)", {U'a', U'é'}), spec);
  EXPECT_THAT(Strings(swapped), ElementsAre("a", "é"));
  const auto bytes = DecodeNpy(File(Dictionary("|S3", "(2,)"), {"ab\0xyz", 6}), spec);
  EXPECT_THAT(Strings(bytes), ElementsAre("ab", "xyz"));
  EXPECT_THAT(DecodeNpy(Array<uint32_t>("<U1", "(2,)", {U'a', 0xD800}), spec),
              HasMessage("row 1: expected text"));
  EXPECT_THAT(DecodeNpy(File(Dictionary("|S1", "(1,)"), "\xff"), spec),
              HasMessage("row 0: expected text"));
}

TEST(DecodeNpyTest, TextAndNumbersAreNotMixed) {
  EXPECT_THAT(DecodeNpy(Array<char32_t>("<U1", "(1, 4)", {U'1', U'2', U'3', U'4'}), kIris),
              HasMessage("expected float32, got an array of string"));
  EXPECT_THAT(DecodeNpy(Array<float>("<f4", "(1,)", {1}), Spec(DataType::kString, {-1})),
              HasMessage("expected string, got an array of float32"));
}

TEST(DecodeNpyTest, ObjectsAndOtherTypesAreRefused) {
  const auto object = DecodeNpy(File(Dictionary("|O", "(1, 4)"), "\x80\x04pickle"), kIris);
  EXPECT_THAT(object, HasMessage("object arrays are pickled Python, which is never read"));
  for (const std::string_view descr : {"<c8", "<M8[ns]", "<f16", "<f3", "f4", "<", "",
                                       "<f4294967300", "<U0", "|V8", "<U4294967297", "<i"}) {
    EXPECT_THAT(DecodeNpy(File(Dictionary(descr, "(1, 4)"), std::string(64, '\0')), kIris),
                HasMessage("npy arrays of dtype '" + std::string(descr) + "' are not supported"));
  }
  const std::string structured =
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 4), }";
  EXPECT_THAT(DecodeNpy(File(structured, ""), kIris),
              HasMessage("invalid npy header at byte 21: structured arrays are not supported"));
}

TEST(DecodeNpyTest, TheDataHaveTheSizeThatTheHeaderSays) {
  EXPECT_THAT(
      DecodeNpy(Array<float>("<f4", "(1, 4)", {1, 2, 3}), kIris),
      HasMessage("the npy data end too early: shape [1, 4] with 4 bytes each, got 12 bytes"));
  EXPECT_THAT(DecodeNpy(Array<float>("<f4", "(1, 4)", {1, 2, 3, 4}) + "x", kIris),
              HasMessage("1 bytes follow the npy data"));
  for (const std::string_view shape :
       {"(4611686018427387904, 4)", "(9223372036854775807, 9223372036854775807)",
        "(2305843009213693952, 4)"}) {
    EXPECT_THAT(DecodeNpy(Array<float>("<f4", shape, {}), kIris),
                HasMessage(HasSubstr("end too early")));
  }
  EXPECT_THAT(DecodeNpy(Array<float>("<f4", "(1, 4)", {1, 2, 3, 4}), kIris, {.max_elements = 3}),
              HasMessage("more than 3 values"));
}

TEST(DecodeNpyTest, EveryPrefixOfAFileIsRefused) {
  const std::string file = Array<float>("<f4", "(1, 4)", {1, 2, 3, 4});
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_THAT(DecodeNpy(file.substr(0, size), kIris), HasCode(Code::kInvalidArgument));
  }
}

TEST(DecodeNpyTest, TheHeaderIsReadStrictly) {
  for (const std::string_view dictionary :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1, 4], }",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 4), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), } or exit()",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 99999999999999999999), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1), }",
        "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1, 4), }",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (1, 4), }",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (1, 4), }", "{'descr': '\\x3cf4'}"}) {
    EXPECT_THAT(DecodeNpy(File(dictionary, Bytes<float>({1, 2, 3, 4})), kIris),
                HasMessage(HasSubstr("invalid npy header at byte")))
        << dictionary;
  }
  EXPECT_THAT(DecodeNpy("[[1, 2, 3, 4]]", kIris), HasMessage(HasSubstr("not an npy file")));
}

TEST(DecodeNpyTest, TheHeaderMayBeWrittenInOtherWays) {
  const std::string dictionary =
      "{\"shape\":(1,4,), \"fortran_order\" : False,\n 'descr':\"<f4\"}   ";
  EXPECT_THAT(DecodeNpy(File(dictionary, Bytes<float>({1, 2, 3, 4})), kIris), IsOk());
}

TEST(DecodeNpyArrayTest, TypeAndShapeAreThoseOfTheFile) {
  const auto tensor = DecodeNpyArray(Array<int16_t>(">i2", "(2, 1)", {1, -2}));
  ASSERT_THAT(tensor, IsOk());
  EXPECT_EQ(tensor->type(), DataType::kInt16);
  EXPECT_EQ(tensor->shape(), (Shape{2, 1}));
  EXPECT_THAT(tensor->As<int16_t>(), ElementsAre(1, -2));
  EXPECT_THAT(Strings(DecodeNpyArray(File(Dictionary("|S2", "(2,)"), std::string("a\0bc", 4)))),
              ElementsAre("a", "bc"));
}

TEST(DecodeNpyArrayTest, InfinityAndNoValuesAtAllPass) {
  const auto infinite = DecodeNpyArray(Array<double>("<f8", "(1,)", {INFINITY}));
  ASSERT_THAT(infinite, IsOk());
  EXPECT_EQ(infinite->As<double>()[0], INFINITY);
  const auto empty = DecodeNpyArray(File(Dictionary("<f4", "(0, 3)"), ""));
  ASSERT_THAT(empty, IsOk());
  EXPECT_EQ(empty->shape(), (Shape{0, 3}));
}

TEST(EncodeNpyTest, TheHeaderIsThatOfNumpy) {
  const float values[] = {1, 2};
  const auto file = EncodeNpy(Tensor::Of<float>(DataType::kFloat32, {1, 2}, values));
  ASSERT_THAT(file, IsOk());
  std::string expected = "\x93NUMPY";
  expected += {1, 0, 0x76, 0};
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  expected.append(127 - expected.size(), ' ');
  EXPECT_EQ(*file, expected + '\n' + Bytes<float>({1, 2}));
  EXPECT_THAT(NpyHeader("<f4", {3}), HasSubstr("'shape': (3,), }"));
  EXPECT_THAT(NpyHeader("<f4", {}), HasSubstr("'shape': (), }"));
  EXPECT_EQ(NpyHeader("<f4", {1, 2, 3, 4, 5, 6, 7, 800000}).size() % 64, 0);
}

TEST(EncodeNpyTest, EveryTypeIsReadBack) {
  for (int32_t number = 1; number < static_cast<int32_t>(DataType::kString); ++number) {
    const auto type = static_cast<DataType>(number);
    Tensor tensor(type, {2, 3});
    std::ranges::fill(tensor.bytes(), std::byte{1});
    const auto file = EncodeNpy(tensor);
    ASSERT_THAT(file, IsOk());
    const auto read = DecodeNpy(*file, Spec(type, {-1, 3}));
    ASSERT_THAT(read, IsOk());
    EXPECT_TRUE(std::ranges::equal(read->bytes(), tensor.bytes())) << DataTypeName(type);
  }
}

TEST(EncodeNpyTest, StringsArePaddedToTheLongest) {
  const std::string_view texts[] = {"hé", "", "🍱"};
  const auto file = EncodeNpy(Tensor::OfStrings({3}, texts));
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(*file, HasSubstr("'descr': '<U2'"));
  EXPECT_THAT(Strings(DecodeNpy(*file, Spec(DataType::kString, {-1}))),
              ElementsAre("hé", "", "🍱"));
  const std::string_view empty[] = {""};
  EXPECT_THAT(*EncodeNpy(Tensor::OfStrings({1}, empty)), HasSubstr("'descr': '<U1'"));
  const std::string_view broken[] = {"\xff"};
  EXPECT_THAT(EncodeNpy(Tensor::OfStrings({1}, broken)), HasCode(Code::kInternal));
}

TEST(EncodeNpyTest, PaddingThatWouldFillTheMemoryIsRefused) {
  const std::string longest(1'000'000, 'x');
  std::vector<std::string_view> texts(300, "");
  texts.front() = longest;
  const auto file = EncodeNpy(Tensor::OfStrings({300}, texts));
  EXPECT_THAT(file, HasCode(Code::kInternal));
  EXPECT_THAT(file, HasMessage(HasSubstr("too many for npy")));
}

}  // namespace
}  // namespace ekiben::codec
