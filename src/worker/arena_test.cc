// SPDX-License-Identifier: Apache-2.0
#include "worker/arena.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::worker {
namespace {

constexpr uint64_t kPage = 4096;

TEST(BlockListTest, BlocksDoNotOverlapAndAreWholePages) {
  BlockList blocks(4 * kPage);
  EXPECT_EQ(blocks.Take(1), 0);
  EXPECT_EQ(blocks.Take(kPage + 1), kPage);
  EXPECT_EQ(blocks.Take(kPage), 3 * kPage);
  EXPECT_EQ(blocks.Take(1), std::nullopt);
}

TEST(BlockListTest, NeighboursThatAreFreeBecomeOneBlock) {
  for (const auto& order : {std::array{0, 1, 2}, {0, 2, 1}, {2, 1, 0}, {1, 0, 2}}) {
    BlockList blocks(3 * kPage);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(blocks.Take(kPage).has_value());
    for (const int i : order) EXPECT_TRUE(blocks.Give(i * kPage));
    EXPECT_EQ(blocks.Take(3 * kPage), 0);
  }
}

TEST(BlockListTest, WhatWasNotTakenIsNotGivenBack) {
  BlockList blocks(2 * kPage);
  ASSERT_EQ(blocks.Take(2 * kPage), 0);
  EXPECT_FALSE(blocks.Give(kPage));
  EXPECT_TRUE(blocks.Give(0));
  EXPECT_FALSE(blocks.Give(0));
  EXPECT_EQ(blocks.taken(), 0);
}

TEST(SharedMemoryTest, CanBeWrittenAndMoved) {
  auto memory = SharedMemory::Create(1 << 20);
  ASSERT_THAT(memory, IsOk());
  memory->bytes()[77] = std::byte{5};
  SharedMemory moved = *std::move(memory);
  EXPECT_EQ(moved.bytes()[77], std::byte{5});
  EXPECT_GE(moved.fd(), 0);
}

}  // namespace
}  // namespace ekiben::worker
