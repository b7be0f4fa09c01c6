// SPDX-License-Identifier: Apache-2.0
#include "worker/lane.h"

#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/loop_testing.h"

namespace ekiben::worker {
namespace {

using testing::ElementsAre;

class LaneTest : public testing::Test {
 protected:
  LaneTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    other_ = FileDescriptor(ends[1]);
    lane_.emplace(
        loop_, FileDescriptor(ends[0]),
        [this](const Frame& frame) {
          payloads_.emplace_back(frame.payload);
          if (on_frame_) on_frame_();
        },
        [this](const Status& why) { broken_.push_back(why); });
  }

  // What the other side has got, at least `size` bytes of it.
  std::string Received(size_t size) {
    std::string got;
    EXPECT_TRUE(loop_.RunUntil([&] {
      char some[4096];
      for (ssize_t count; (count = read(other_.get(), some, sizeof some)) > 0;) {
        got.append(some, static_cast<size_t>(count));
      }
      return got.size() >= size;
    }));
    return got;
  }
  static std::string FrameOf(std::string_view payload) {
    std::string out;
    const size_t begin = BeginFrame(out, FrameKind::kCall, 1);
    out += payload;
    EndFrame(out, begin);
    return out;
  }

  PollLoop loop_;
  FileDescriptor other_;
  std::vector<std::string> payloads_;
  std::vector<Status> broken_;
  std::function<void()> on_frame_;
  std::optional<Lane> lane_;
};

TEST_F(LaneTest, FramesComeWholeWhateverPiecesTheyCameIn) {
  const std::string bytes = FrameOf("one12345") + FrameOf("two12345");
  for (const char byte : bytes) {
    ASSERT_EQ(write(other_.get(), &byte, 1), 1);
    loop_.RunFor(std::chrono::microseconds(10));
  }
  ASSERT_TRUE(loop_.RunUntil([&] { return payloads_.size() == 2; }));
  EXPECT_THAT(payloads_, ElementsAre("one12345", "two12345"));
}

TEST_F(LaneTest, WhatIsSentInOneTickGoesOutTogether) {
  for (int i = 0; i < 3; ++i) lane_->Outgoing() += FrameOf("abcdefgh");
  char none;
  EXPECT_EQ(read(other_.get(), &none, 1), -1);
  EXPECT_EQ(Received(72).size(), 72);
}

TEST_F(LaneTest, ASlowReaderGetsEverythingInTheEnd) {
  const std::string large = FrameOf(std::string(8 << 20, 'x'));
  lane_->Outgoing() += large;
  loop_.RunFor(std::chrono::milliseconds(5));
  lane_->Outgoing() += FrameOf("the last");
  const std::string got = Received(large.size() + 24);
  EXPECT_EQ(got.size(), large.size() + 24);
  EXPECT_TRUE(got.ends_with("the last"));
}

TEST_F(LaneTest, AnEndIsToldOnceAfterWhatCameBeforeIt) {
  const std::string bytes = FrameOf("the last");
  ASSERT_EQ(write(other_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  other_.Reset();
  ASSERT_TRUE(loop_.RunUntil([&] { return !broken_.empty(); }));
  loop_.RunFor(std::chrono::milliseconds(5));
  EXPECT_THAT(payloads_, ElementsAre("the last"));
  EXPECT_EQ(broken_.size(), 1);
}

TEST_F(LaneTest, AFrameThatIsTooLargeBreaksIt) {
  const std::string head(16, '\xff');
  ASSERT_EQ(write(other_.get(), head.data(), head.size()), 16);
  ASSERT_TRUE(loop_.RunUntil([&] { return !broken_.empty(); }));
  EXPECT_EQ(broken_.front().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace ekiben::worker
