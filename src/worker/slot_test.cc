// SPDX-License-Identifier: Apache-2.0
#include "worker/slot.h"

#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/loop_testing.h"
#include "worker/worker_testing.h"

namespace ekiben::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SlotTest : public testing::Test {
 protected:
  void Start(const std::string& script) {
    slot_.emplace(
        loop_, ScriptedWorker(script),
        Slot::Events{.on_ready = [this](std::string_view said) { ready_.emplace_back(said); },
                     .on_frame = [this](const Frame& frame,
                                        size_t) { frames_.push_back(frame.header.call); },
                     .on_down = [this](const std::string& how) { down_.push_back(how); },
                     .on_failed = [this](const Status& why) { failed_ = why; }});
    slot_->Start();
  }
  bool IsReady(size_t times) {
    return loop_.RunUntil([&] { return ready_.size() == times; });
  }
  void Send(FrameKind kind, uint32_t call) {
    std::string& out = slot_->worker()->Outgoing(0);
    EndFrame(out, BeginFrame(out, kind, call));
  }

  PollLoop loop_;
  std::vector<std::string> ready_, down_;
  std::vector<uint32_t> frames_;
  Status failed_;
  std::optional<Slot> slot_;
};

TEST_F(SlotTest, AWorkerSaysWhatItIsAndAnswers) {
  Start(R"(
send(READY, 0, text("a document"))
while True:
    kind, call, *_ = read()
    send(END, call + 1)
)");
  EXPECT_EQ(slot_->worker(), nullptr);
  ASSERT_TRUE(IsReady(1));
  EXPECT_THAT(ready_, ElementsAre("a document"));
  for (uint32_t call : {1, 5, 7}) Send(FrameKind::kCall, call);
  ASSERT_TRUE(loop_.RunUntil([&] { return frames_.size() == 3; }));
  EXPECT_THAT(frames_, ElementsAre(2, 6, 8));
}

TEST_F(SlotTest, OneThatEndsIsReplaced) {
  Start(R"(
send(READY, 0, text(""))
read()
os._exit(7)
)");
  for (size_t life = 1; life <= 3; ++life) {
    ASSERT_TRUE(IsReady(life));
    Send(FrameKind::kCall, 1);
    ASSERT_TRUE(loop_.RunUntil([&] { return down_.size() == life; }));
    EXPECT_EQ(slot_->worker(), nullptr);
  }
  EXPECT_THAT(down_, ElementsAre("exit status 7", "exit status 7", "exit status 7"));
  EXPECT_EQ(slot_->restarts(), 3);
  EXPECT_TRUE(failed_.ok());
}

TEST_F(SlotTest, OneThatIsKilledIsReplacedToo) {
  Start("send(READY, 0, text(''))\nread()\n");
  ASSERT_TRUE(IsReady(1));
  slot_->Kill();
  ASSERT_TRUE(IsReady(2));
  EXPECT_THAT(down_, ElementsAre(HasSubstr("signal 9")));
}

TEST_F(SlotTest, OneThatCannotLoadIsNotReplaced) {
  Start("send(FAILED, 0, text('no such module'))\nos._exit(1)\n");
  ASSERT_TRUE(loop_.RunUntil([&] { return !failed_.ok(); }));
  EXPECT_EQ(failed_.message(), "no such module");
  loop_.RunFor(std::chrono::milliseconds(200));
  EXPECT_EQ(slot_->restarts(), 0);
  EXPECT_TRUE(down_.empty());
}

TEST_F(SlotTest, OneThatDiesWhileItLoadsSaysHow) {
  Start("os.kill(os.getpid(), 11)\n");
  ASSERT_TRUE(loop_.RunUntil([&] { return !failed_.ok(); }));
  EXPECT_THAT(failed_.message(), HasSubstr("signal 11"));
}

TEST_F(SlotTest, OneThatSendsWhatCannotBeReadIsReplaced) {
  Start(R"(
send(READY, 0, text(""))
read()
lanes[0].sendall(b"\xff" * 64)
time.sleep(60)
)");
  ASSERT_TRUE(IsReady(1));
  Send(FrameKind::kCall, 1);
  ASSERT_TRUE(IsReady(2));
  EXPECT_EQ(down_.size(), 1);
}

TEST_F(SlotTest, OneThatIsStoppedMayFinish) {
  Start(R"(
send(READY, 0, text(""))
assert read()[0] == STOP
os._exit(0)
)");
  ASSERT_TRUE(IsReady(1));
  slot_->Stop();
  EXPECT_FALSE(slot_->stopped());
  ASSERT_TRUE(loop_.RunUntil([&] { return slot_->stopped(); }));
  EXPECT_TRUE(down_.empty());
}

TEST_F(SlotTest, AProgramThatIsNotThereIsAFailure) {
  Slot slot(loop_, Worker::Options{.command = {"/nothing/of/that/name"}},
            Slot::Events{.on_failed = [this](const Status& why) { failed_ = why; }});
  slot.Start();
  EXPECT_THAT(failed_.message(), HasSubstr("/nothing/of/that/name"));
}

}  // namespace
}  // namespace ekiben::worker
