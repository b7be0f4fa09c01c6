// SPDX-License-Identifier: Apache-2.0
#include "worker/frame.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::worker {
namespace {

std::string TwoFrames() {
  std::string bytes;
  size_t begin = BeginFrame(bytes, FrameKind::kCall, 7, 3, 1);
  bytes += "hello";
  EndFrame(bytes, begin);
  begin = BeginFrame(bytes, FrameKind::kCancel, 8);
  EndFrame(bytes, begin);
  return bytes;
}

TEST(FrameTest, PayloadsArePaddedToEightBytes) { EXPECT_EQ(TwoFrames().size(), 16 + 8 + 16); }

TEST(FrameReaderTest, ReadsFramesHoweverTheyAreCut) {
  const std::string bytes = TwoFrames();
  for (size_t step = 1; step <= bytes.size(); ++step) {
    FrameReader reader(100);
    std::vector<uint32_t> calls;
    for (size_t at = 0; at < bytes.size(); at += step) {
      const size_t size = std::min(step, bytes.size() - at);
      std::copy_n(bytes.data() + at, size, reader.Space(size));
      reader.Added(size);
      while (true) {
        const auto frame = reader.Next();
        ASSERT_THAT(frame, IsOk());
        if (!*frame) break;
        calls.push_back((*frame)->header.call);
        if ((*frame)->header.call != 7) continue;
        EXPECT_EQ((*frame)->header.kind, FrameKind::kCall);
        EXPECT_EQ((*frame)->header.target, 3);
        EXPECT_EQ((*frame)->header.flags, 1);
        EXPECT_EQ((*frame)->payload, std::string_view("hello\0\0\0", 8));
      }
    }
    EXPECT_EQ(calls, (std::vector<uint32_t>{7, 8}));
  }
}

TEST(FrameReaderTest, RefusesAFrameThatIsTooLarge) {
  const std::string bytes = TwoFrames();
  FrameReader reader(7);
  std::ranges::copy(bytes, reader.Space(bytes.size()));
  reader.Added(bytes.size());
  EXPECT_THAT(reader.Next(), HasCode(Code::kInvalidArgument));
}

}  // namespace
}  // namespace ekiben::worker
