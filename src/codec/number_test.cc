// SPDX-License-Identifier: Apache-2.0
#include "codec/number.h"

#include <bit>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/status_matchers.h"
#include "codec/json.h"

// The rounding of numbers, seen through DecodeJson(): bit for bit what glibc makes of the text.
namespace ekiben::codec {
namespace {

constexpr int kCases = 20'000;

template <typename T>
std::vector<T> Decoded(DataType type, const std::vector<std::string>& texts) {
  const TensorSpec spec = {.name = "x", .type = type, .shape = {-1}};
  const auto tensors = DecodeJson(fmt::format("[{}]", fmt::join(texts, ",")), {&spec, 1});
  EXPECT_THAT(tensors, IsOk());
  if (!tensors) return std::vector<T>(texts.size());
  const auto values = tensors->front().As<T>();
  return {values.begin(), values.end()};
}

void ExpectRoundedLikeStrtod(const std::vector<std::string>& texts) {
  const std::vector<double> values = Decoded<double>(DataType::kFloat64, texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(std::bit_cast<uint64_t>(values[i]),
              std::bit_cast<uint64_t>(std::strtod(texts[i].c_str(), nullptr)))
        << texts[i];
  }
}

void ExpectRoundedLikeStrtof(const std::vector<std::string>& texts) {
  const std::vector<float> values = Decoded<float>(DataType::kFloat32, texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(std::bit_cast<uint32_t>(values[i]),
              std::bit_cast<uint32_t>(std::strtof(texts[i].c_str(), nullptr)))
        << texts[i];
  }
}

// Numbers as people and programs write them, 1 to 24 digits with a point anywhere and sometimes an
// exponent of up to `power`.
std::vector<std::string> RandomTexts(int power) {
  std::mt19937_64 random(11);
  std::vector<std::string> texts;
  for (int i = 0; i < kCases; ++i) {
    std::string digits(1 + random() % 24, '0');
    for (char& digit : digits) digit = static_cast<char>('0' + random() % 10);
    digits[0] = digits.size() > 1 ? static_cast<char>('1' + random() % 9) : digits[0];
    const size_t point = random() % digits.size();
    if (point > 0) digits.insert(point, ".");
    if (random() % 3 == 0)
      digits = "0." + std::string(random() % 9, '0') + std::to_string(random());
    if (random() % 2 == 0) digits = "-" + digits;
    const auto exponent = static_cast<int>(random() % static_cast<uint64_t>(2 * power + 1)) - power;
    texts.push_back(random() % 2 == 0 ? digits : fmt::format("{}e{}", digits, exponent));
  }
  return texts;
}

TEST(NumberTest, DoublesAreRoundedLikeStrtod) { ExpectRoundedLikeStrtod(RandomTexts(280)); }

TEST(NumberTest, FloatsAreRoundedLikeStrtof) { ExpectRoundedLikeStrtof(RandomTexts(12)); }

TEST(NumberTest, NearZeroNumbersAreRoundedToSubnormals) {
  ExpectRoundedLikeStrtod({"4.9406564584124654e-324", "2.4703282292062327e-324",
                           "2.4703282292062328e-324", "2.2250738585072011e-308", "1e-400",
                           "0.000e-400", "-0.0", "-0", "-0e5", "0.00000", "1e-22", "1e-23"});
  ExpectRoundedLikeStrtof({"1e-45", "7.006492321624085e-46", "7.0064923216240854e-46",
                           "1.1754942e-38", "1.17549429e-38", "1e-60", "-0.0", "-0", "1e-400"});
}

// Rounded to double first, these would go to the wrong float: they lie next to the middle of two.
TEST(NumberTest, NumbersNextToTheMiddleOfTwoFloatsAreRoundedOnce) {
  std::vector<std::string> texts = {"1.00000005960464477539062500001",
                                    "1.0000000596046447753906250",
                                    "1.00000005960464477539062499999"};
  std::mt19937_64 random(5);
  for (int i = 0; i < kCases; ++i) {
    const auto low = std::bit_cast<float>(static_cast<uint32_t>(0x38000000 + random() % 0xF000000));
    const double middle = (static_cast<double>(low) + std::nextafterf(low, 1e30f)) / 2;
    for (const int digits : {15, 16, 17, 20})
      texts.push_back(fmt::format("{:.{}g}", middle, digits));
  }
  for (std::string& text : texts) {
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
  }
  ExpectRoundedLikeStrtof(texts);
}

TEST(NumberTest, RandomBitsSurviveBeingWrittenAndRead) {
  std::mt19937_64 random(3);
  std::vector<double> doubles;
  std::vector<float> floats;
  while (doubles.size() < kCases) {
    const auto wide = std::bit_cast<double>(random());
    if (std::isfinite(wide)) doubles.push_back(wide);
    const auto narrow = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (std::isfinite(narrow)) floats.push_back(narrow);
  }
  const auto expect_same = [](DataType type, const auto& values) {
    using T = typename std::decay_t<decltype(values)>::value_type;
    const Tensor tensor = Tensor::Of<T>(type, {static_cast<int64_t>(values.size())}, values);
    const std::string name = "x";
    std::string json;
    ASSERT_THAT(EncodeJson({&tensor, 1}, {&name, 1}, json), IsOk());
    const TensorSpec spec = {.name = name, .type = type, .shape = {-1}};
    const auto read = DecodeJson(json, {&spec, 1});
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(std::memcmp(read->front().bytes().data(), values.data(), values.size() * sizeof(T)),
              0);
  };
  expect_same(DataType::kFloat64, doubles);
  expect_same(DataType::kFloat32, floats);
}

TEST(NumberTest, EveryFloat16SurvivesBeingWrittenAndRead) {
  std::vector<_Float16> values;
  for (uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto value = std::bit_cast<_Float16>(static_cast<uint16_t>(bits));
    if (std::isfinite(static_cast<float>(value))) values.push_back(value);
  }
  const Tensor tensor =
      Tensor::Of<_Float16>(DataType::kFloat16, {static_cast<int64_t>(values.size())}, values);
  const std::string name = "x";
  std::string json;
  ASSERT_THAT(EncodeJson({&tensor, 1}, {&name, 1}, json), IsOk());
  const TensorSpec spec = {.name = name, .type = DataType::kFloat16, .shape = {-1}};
  const auto read = DecodeJson(json, {&spec, 1});
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(std::memcmp(read->front().bytes().data(), values.data(), tensor.bytes().size()), 0);
}

TEST(NumberTest, WholeNumbersBeyondTheMantissaAreRoundedOnce) {
  ExpectRoundedLikeStrtod({"9007199254740993", "9223372036854775807", "18446744073709551615",
                           "18446744073709551616", "-9223372036854775809",
                           "123456789012345678901"});
  ExpectRoundedLikeStrtof({"16777217", "16777219", "9007199791611905", "-9223371761976868863",
                           "18446742974197923841", "340282346638528859811704183484516925440"});
}

TEST(NumberTest, ExactlyKeepsTheValueOrRefuses) {
  EXPECT_EQ(Exactly<uint8_t>(int64_t{255}), 255);
  EXPECT_EQ(Exactly<uint8_t>(int64_t{256}), std::nullopt);
  EXPECT_EQ(Exactly<int64_t>(UINT64_MAX), std::nullopt);
  EXPECT_EQ(Exactly<float>(int64_t{16777216}), 16777216.0f);
  EXPECT_EQ(Exactly<float>(int64_t{16777217}), std::nullopt);
  EXPECT_EQ(Exactly<double>(INT64_MIN), -0x1p63);
  EXPECT_EQ(Exactly<double>(INT64_MAX), std::nullopt);
  EXPECT_EQ(Exactly<double>(UINT64_MAX), std::nullopt);
  EXPECT_EQ(Exactly<float>(0.5), 0.5f);
  EXPECT_EQ(Exactly<float>(0.1), std::nullopt);
  EXPECT_EQ(Exactly<int32_t>(-3.0), -3);
  EXPECT_EQ(Exactly<int32_t>(0.5), std::nullopt);
  EXPECT_EQ(Exactly<int32_t>(1e300), std::nullopt);
  EXPECT_EQ(Exactly<_Float16>(int64_t{65536}), std::nullopt);
  EXPECT_EQ(Exactly<bool>(1.0), true);
  EXPECT_EQ(Exactly<bool>(int64_t{2}), std::nullopt);
}

}  // namespace
}  // namespace ekiben::codec
