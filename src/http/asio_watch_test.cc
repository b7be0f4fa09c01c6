// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "http/asio_loop.h"

namespace ekiben::http {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::ElementsAre;

class AsioWatchTest : public testing::Test {
 protected:
  AsioWatchTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = FileDescriptor(ends[0]);
    theirs_ = FileDescriptor(ends[1]);
  }
  void Send(char byte) { EXPECT_EQ(write(theirs_.get(), &byte, 1), 1); }
  char Receive() {
    char byte = 0;
    return read(ours_.get(), &byte, 1) == 1 ? byte : '-';
  }
  // Runs the loop until somebody stops it, at most for a while.
  void Run() {
    const auto patience = loop_.After(60s, [this] { loop_.Stop(); });
    loop_.Run();
  }

  AsioLoop loop_;
  FileDescriptor ours_, theirs_;
  std::string got_;
};

TEST_F(AsioWatchTest, ADescriptorIsReadWheneverSomethingComes) {
  Send('a');
  const auto watch = loop_.WatchReadable(ours_.get(), [this] {
    got_ += Receive();
    if (got_ == "ab") return loop_.Stop();
    Send('b');
  });
  Run();
  EXPECT_EQ(got_, "ab");
}

TEST_F(AsioWatchTest, ItIsToldAsLongAsSomethingIsLeft) {
  for (const char byte : {'a', 'b', 'c'}) Send(byte);
  const auto watch = loop_.WatchReadable(ours_.get(), [this] {
    got_ += Receive();
    if (got_.size() == 3) loop_.Stop();
  });
  Run();
  EXPECT_EQ(got_, "abc");
}

TEST_F(AsioWatchTest, TheOtherSidesEndCanBeRead) {
  theirs_.Reset();
  const auto watch = loop_.WatchReadable(ours_.get(), [this] {
    got_ += Receive();
    loop_.Stop();
  });
  Run();
  EXPECT_EQ(got_, "-");
}

TEST_F(AsioWatchTest, AWatchMayEndInItsOwnCallback) {
  Send('a');
  Send('b');
  std::unique_ptr<Watch> watch = loop_.WatchReadable(ours_.get(), [&] {
    got_ += Receive();
    watch.reset();
    loop_.Post([this] { loop_.Stop(); });
  });
  Run();
  EXPECT_EQ(got_, "a");
}

TEST_F(AsioWatchTest, AWatchThatHasEndedTellsNothing) {
  Send('a');
  loop_.WatchReadable(ours_.get(), [this] { got_ += "no"; }).reset();
  const auto end = loop_.After(20ms, [this] { loop_.Stop(); });
  Run();
  EXPECT_EQ(got_, "");
  EXPECT_EQ(Receive(), 'a');  // The descriptor is still open.
}

TEST_F(AsioWatchTest, AnEventOfAWatchThatHasEndedIsNotToldToTheNextOne) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  const FileDescriptor silent(ends[0]), other(ends[1]);
  // Both ends can be read in one look; whichever is told first ends the other one's watch.
  Send('a');
  ASSERT_EQ(write(ours_.get(), "b", 1), 1);
  std::unique_ptr<Watch> first, second, next;
  const auto replace = [&](std::unique_ptr<Watch>& ended) {
    ended.reset();
    next = loop_.WatchReadable(silent.get(), [this] { got_ += "silent"; });
  };
  first = loop_.WatchReadable(ours_.get(), [&] {
    got_ += Receive();
    replace(second);
  });
  second = loop_.WatchReadable(theirs_.get(), [&] {
    char byte = 0;
    EXPECT_EQ(read(theirs_.get(), &byte, 1), 1);
    got_ += byte;
    replace(first);
  });
  const auto end = loop_.After(20ms, [this] { loop_.Stop(); });
  Run();
  EXPECT_THAT(got_, AnyOf("a", "b"));
}

TEST_F(AsioWatchTest, ADescriptorIsWrittenOnceThereIsRoom) {
  const std::string block(4096, 'x');
  while (write(ours_.get(), block.data(), block.size()) > 0) {
  }
  int times = 0;
  const auto watch = loop_.WatchReadable(ours_.get(), [] {});
  watch->WhenWritable([&] {
    ++times;
    got_ += "writable";
    loop_.Stop();
  });
  const auto drain = loop_.After(10ms, [&] {
    got_ += "drained ";
    char some[4096];
    while (read(theirs_.get(), some, sizeof some) > 0) {
    }
  });
  Run();
  EXPECT_EQ(got_, "drained writable");
  EXPECT_EQ(times, 1);
}

TEST_F(AsioWatchTest, TimesComeInTheirOrder) {
  std::vector<int> order;
  const auto second = loop_.After(20ms, [&] {
    order.push_back(2);
    loop_.Stop();
  });
  const auto first = loop_.After(1ms, [&] { order.push_back(1); });
  std::unique_ptr<Watch> never = loop_.After(5ms, [&] { order.push_back(3); });
  never.reset();
  Run();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST_F(AsioWatchTest, ATimeMayBeReplacedInItsOwnCallback) {
  int times = 0;
  std::unique_ptr<Watch> watch;
  std::function<void()> again = [&] {
    if (++times == 3) return loop_.Stop();
    watch = loop_.After(1ms, again);
  };
  watch = loop_.After(1ms, again);
  Run();
  EXPECT_EQ(times, 3);
}

}  // namespace
}  // namespace ekiben::http
