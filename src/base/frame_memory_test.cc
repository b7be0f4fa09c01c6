// SPDX-License-Identifier: Apache-2.0
#include "base/frame_memory.h"

#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace ekiben {
namespace {

TEST(FrameMemoryTest, FramesDoNotOverlapWhateverTheirSizesAndNumber) {
  for (int round = 0; round < 2; ++round) {
    std::vector<std::pair<char*, size_t>> frames;
    for (size_t i = 0; i < 2000; ++i) {
      const size_t bytes = 1 + i * 37 % 1500;
      auto* const frame = static_cast<char*>(FrameMemory::Take(bytes));
      std::memset(frame, static_cast<int>(i % 251), bytes);
      frames.emplace_back(frame, bytes);
    }
    for (size_t i = 0; i < frames.size(); ++i) {
      const auto [frame, bytes] = frames[i];
      EXPECT_EQ(std::string(frame, bytes), std::string(bytes, static_cast<char>(i % 251)));
      FrameMemory::GiveBack(frame, bytes);
    }
  }
}

TEST(FrameMemoryTest, AFrameMayEndInAnotherThread) {
  void* const frame = FrameMemory::Take(200);
  std::thread([frame] {
    FrameMemory::GiveBack(frame, 200);
    FrameMemory::GiveBack(FrameMemory::Take(200), 200);
  }).join();
}

}  // namespace
}  // namespace ekiben
