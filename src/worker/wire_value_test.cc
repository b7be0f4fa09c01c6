// SPDX-License-Identifier: Apache-2.0
#include "worker/wire_value.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::worker {
namespace {

using testing::HasSubstr;

Tensor Numbers(int64_t rows) {
  std::vector<double> numbers(rows * 2);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i) / 4;
  return Tensor::Of<double>(DataType::kFloat64, {rows, 2}, numbers);
}

bool Same(const Tensor& a, const Tensor& b) {
  return a.type() == b.type() && a.shape() == b.shape() && std::ranges::equal(a.bytes(), b.bytes());
}

Parts Everything() {
  Parts parts;
  const std::string_view words[] = {"a", "", "ccc"};
  parts.parts.emplace_back("null", Null{});
  parts.parts.emplace_back("tensor", Numbers(3));
  parts.parts.emplace_back("scalar", Tensor::Of<double>(DataType::kFloat64, {}, std::array{1.5}));
  parts.parts.emplace_back("words", Tensor::OfStrings({3}, words));
  parts.parts.emplace_back("json", Json{R"({"a": 1})"});
  parts.parts.emplace_back("text", Text{"grüße"});
  parts.parts.emplace_back("blob", Blob{std::string("\0\1\2", 3), "image/png", "a.png"});
  parts.parts.emplace_back("opaque", Opaque{17, "columns", 4});
  return parts;
}

TEST(WireValueTest, EveryKindComesBackAsItWas) {
  std::string bytes;
  AppendValue(bytes, Everything(), nullptr);
  EXPECT_EQ(bytes.size() % 8, 0);
  const auto value = ValueReader(bytes, {}).ReadValue();
  ASSERT_THAT(value, IsOk());
  const auto& parts = value->If<Parts>()->parts;
  const Parts expected = Everything();
  ASSERT_EQ(parts.size(), expected.parts.size());
  for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(parts[i].first, expected.parts[i].first);
  EXPECT_TRUE(parts[0].second.If<Null>());
  for (const size_t i : {1, 2, 3}) {
    EXPECT_TRUE(Same(*parts[i].second.If<Tensor>(), *expected.parts[i].second.If<Tensor>()));
  }
  EXPECT_EQ(parts[4].second.If<Json>()->text, R"({"a": 1})");
  EXPECT_EQ(parts[5].second.If<Text>()->text, "grüße");
  EXPECT_EQ(parts[6].second.If<Blob>()->data.size(), 3);
  EXPECT_EQ(parts[6].second.If<Blob>()->media_type, "image/png");
  EXPECT_EQ(parts[6].second.If<Blob>()->filename, "a.png");
  EXPECT_EQ(parts[7].second.If<Opaque>()->kind, 17);
  EXPECT_EQ(parts[7].second.If<Opaque>()->bytes, "columns");
  EXPECT_EQ(parts[7].second.If<Opaque>()->rows, 4);
}

TEST(WireValueTest, ArgumentsKeepTheirOrderAndNames) {
  Arguments arguments;
  arguments.positional.emplace_back(Text{"first"});
  arguments.positional.emplace_back(Numbers(1));
  arguments.named.emplace_back("flag", Json{"true"});
  std::string bytes;
  AppendArguments(bytes, arguments, nullptr);
  const auto read = ValueReader(bytes, {}).ReadArguments();
  ASSERT_THAT(read, IsOk());
  ASSERT_EQ(read->positional.size(), 2);
  EXPECT_EQ(read->positional[0].If<Text>()->text, "first");
  ASSERT_EQ(read->named.size(), 1);
  EXPECT_EQ(read->named[0].first, "flag");
}

TEST(WireValueTest, LargeTensorsGoThroughSharedMemoryUntilItIsFull) {
  std::vector<std::byte> memory(1 << 20);
  BlockList blocks(memory.size());
  OutgoingMemory outgoing{memory, blocks};
  Parts parts;
  parts.parts.emplace_back("a", Numbers(40'000));  // 640 kB
  parts.parts.emplace_back("b", Numbers(40'000));
  std::string bytes;
  AppendValue(bytes, std::move(parts), &outgoing);
  EXPECT_LT(bytes.size(), 700'000);  // One inside, one beside.
  EXPECT_EQ(blocks.taken(), 1);

  std::vector<uint64_t> read;
  const auto value = ValueReader(bytes, {.bytes = memory, .read = &read}).ReadValue();
  ASSERT_THAT(value, IsOk());
  EXPECT_EQ(read, std::vector<uint64_t>{0});
  for (const auto& [name, part] : value->If<Parts>()->parts) {
    EXPECT_TRUE(Same(*part.If<Tensor>(), Numbers(40'000))) << name;
  }
}

TEST(WireValueTest, WhatIsCutOffIsRefusedEverywhere) {
  std::string bytes;
  AppendValue(bytes, Everything(), nullptr);
  for (size_t size = 0; size < bytes.size() - 8; ++size) {
    EXPECT_THAT(ValueReader(std::string_view(bytes).substr(0, size), {}).ReadValue(),
                HasCode(Code::kInvalidArgument))
        << size;
  }
}

TEST(WireValueTest, ASharedTensorOutsideTheMemoryIsRefused) {
  std::vector<std::byte> memory(1 << 20);
  BlockList blocks(memory.size());
  OutgoingMemory outgoing{memory, blocks};
  std::string bytes;
  AppendValue(bytes, Value(Numbers(40'000)), &outgoing);
  const std::span<const std::byte> less = std::span(memory).first(1000);
  EXPECT_THAT(ValueReader(bytes, {.bytes = less}).ReadValue(),
              HasMessage(HasSubstr("outside the shared memory")));
}

TEST(WireValueTest, PartsWithinPartsEndSomewhere) {
  Value value = Null{};
  for (int depth = 0; depth < 20; ++depth) {
    Parts parts;
    parts.parts.emplace_back("x", std::move(value));
    value = std::move(parts);
  }
  std::string bytes;
  AppendValue(bytes, value, nullptr);
  EXPECT_THAT(ValueReader(bytes, {}).ReadValue(), HasMessage(HasSubstr("too many parts")));
}

}  // namespace
}  // namespace ekiben::worker
