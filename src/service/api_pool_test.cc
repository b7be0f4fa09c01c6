// SPDX-License-Identifier: Apache-2.0
#include "service/api_pool.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/loop_testing.h"
#include "base/parked.h"
#include "base/status_matchers.h"
#include "worker/worker_testing.h"

namespace ekiben::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// What the functions do, by number. Frames that the engine sends of its own accord are noted, and
// told by function 9.
constexpr const char* kWorker = R"(
notes = []
for kind, call, api, flags, payload, reserved in frames("a description"):
    if kind == CREDIT:
        notes.append("credit %d" % struct.unpack_from("<Q", payload))
    elif kind == CANCEL:
        notes.append("cancel")
    elif kind == REPLY and flags & 2:
        send(RESULT, call, text("") + text("flags %d, method %d, API %d" % (flags, api, reserved)))
    elif kind == REPLY and flags:
        send(ERROR, call, text(read_text(payload)[0]))
    elif kind == REPLY:
        if reserved_for := [one for one in notes if one.startswith("fetch")]:
            said, at = read_text(payload)
            send(RESULT, int(reserved_for[0][5:]), text(said) + payload[at:])
            notes.remove(reserved_for[0])
        else:
            send(RESULT, call, text("") + payload[8:])
    elif kind != CALL:
        pass
    elif api == 0:
        about, at = read_text(payload)
        send(RESULT, call, text(about) + payload[at:])
    elif api == 1:
        send(ERROR, call, text('{"status": 418, "message": "no", "traceback": "line 1"}'))
    elif api == 2:
        os._exit(3)
    elif api == 4:
        send(CHUNK, call, text("said") + text("one"), flags=1)
        send(CHUNK, call, text("two"))
        send(END, call)
    elif api == 5:
        send(CHUNK, call, text("one"))
        send(ERROR, call, text('{"message": "broken", "traceback": "line 2"}'))
    elif api == 6:
        send(CHUNK, call, text("one"))
    elif api == 7:
        send(RUN, call, counts(1) + text("argument"), target=3, reserved=call)
    elif api in (11, 12):
        tensor = struct.pack("<BBBBIqQq", 1, 9, 1, 0, 0, 1, 8, 42)
        argument = tensor if api == 11 else text("argument")
        send(RUN, 0, counts(1) + argument, target=3, flags=2, reserved=call)
    elif api == 8:
        notes.append("fetch%d" % call)
        blob = struct.pack("<BBBBI", 4, 0, 0, 0, 4) + text("") + text("") + b"body\0\0\0\0"
        send(FETCH, 1, text('{"path": "/x"}') + blob)
    elif api == 9:
        send(RESULT, call, text("") + text(", ".join(notes)))
        notes.clear()
    elif api == 10:
        send(RESULT, call, text("") + text(str(os.getpid())))
)";

class ApiPoolTest : public testing::Test {
 protected:
  void StartPool(size_t workers = 1) {
    pool_ = std::make_unique<ApiPool>(
        loop_, worker::ScriptedWorker(kWorker), workers,
        ApiPool::Events{
            .on_described = [this](std::string_view said) { described_.emplace_back(said); },
            .on_failed = [](const Status& why) { FAIL() << why.message(); },
            .on_down = [this](const std::string& how) { down_.push_back(how); },
            .run = [this](size_t method, worker::Arguments arguments,
                          Time deadline) { return Run(method, std::move(arguments), deadline); },
            .fetch = [this](Fetch fetch) { return Answer(std::move(fetch)); }});
    pool_->Start();
    ASSERT_TRUE(loop_.RunUntil([&] { return pool_->ready(); }));
  }

  Task<Result<batch::Outcome>> Run(size_t method, worker::Arguments arguments, Time deadline) {
    ran_ = method;
    deadline_ = deadline;
    if (holds_runs_) {
      Parked parked{held_};
      co_await parked;
    }
    if (arguments.positional.size() != 1) co_return Error(Internal("one argument was sent"));
    co_return std::move(arguments);
  }
  Task<Fetched> Answer(Fetch fetch) {
    co_return Fetched{.head = R"({"status":200})", .body = fetch.head + fetch.body};
  }

  // A runner that has not answered yet.
  struct Held {
    std::coroutine_handle<> waiter;
  };
  struct Called {
    std::optional<Result<ApiAnswer>> answer;
  };
  Called& Call(size_t api, Time deadline = Time::max(),
               const std::function<bool()>* abandoned = nullptr) {
    Called& called = *calls_.emplace_back(std::make_unique<Called>());
    ekiben::Start(
        pool_->Call(api, 0, "about it", Value(Text{"a value"}),
                    {.deadline = deadline, .abandoned = abandoned}),
        [&called](Result<ApiAnswer> answer) { called.answer.emplace(std::move(answer)); });
    return called;
  }
  bool Answered(const Called& called) {
    return loop_.RunUntil([&] { return called.answer.has_value(); });
  }
  // What the worker has noted of the engine since the last time.
  std::string Notes() {
    Called& called = Call(9);
    EXPECT_TRUE(Answered(called));
    return (*called.answer)->value.If<Text>()->text;
  }
  // The next pieces of a stream, joined with '+'.
  std::string Pieces(ApiStream& stream) {
    std::optional<std::string> got;
    ekiben::Start(stream.Next(), [&got](Result<std::vector<Value>> pieces) {
      if (!pieces) return void(got = "error: " + pieces.error().message());
      got = "";
      for (Value& piece : *pieces) *got += (got->empty() ? "" : "+") + piece.If<Text>()->text;
    });
    EXPECT_TRUE(loop_.RunUntil([&] { return got.has_value(); }));
    return got.value_or("");
  }

  PollLoop loop_;
  std::vector<std::string> described_, down_;
  std::optional<size_t> ran_;
  bool holds_runs_ = false;
  Held held_;
  Time deadline_{};
  std::unique_ptr<ApiPool> pool_;
  std::vector<std::unique_ptr<Called>> calls_;  // Their streams refer to the pool.
};

TEST_F(ApiPoolTest, AFunctionsValueAndWhatItSaysOfItsResponseComeBack) {
  StartPool();
  EXPECT_THAT(described_, ElementsAre("a description"));
  Called& called = Call(0);
  ASSERT_TRUE(Answered(called));
  EXPECT_EQ((*called.answer)->value.If<Text>()->text, "a value");
  EXPECT_EQ((*called.answer)->said, "about it");
}

TEST_F(ApiPoolTest, WhatAFunctionRaisesIsItsFailure) {
  StartPool();
  Called& called = Call(1);
  ASSERT_TRUE(Answered(called));
  ASSERT_TRUE((*called.answer)->failure);
  EXPECT_EQ((*called.answer)->failure->status, 418);
  EXPECT_EQ((*called.answer)->failure->message, "no");
  EXPECT_EQ((*called.answer)->failure->traceback, "line 1");
}

TEST_F(ApiPoolTest, AWorkerThatDiesFailsWhatItHeldAndIsReplaced) {
  StartPool();
  Called& waiting = Call(3);
  Called& called = Call(2);
  ASSERT_TRUE(Answered(called));
  ASSERT_TRUE(Answered(waiting));
  for (const Called* each : {&called, &waiting}) {
    EXPECT_THAT(*each->answer, HasCode(Code::kUnavailable));
    EXPECT_EQ(each->answer->error().message(),
              "the Python worker ended with the request: exit status 3");
  }
  EXPECT_THAT(down_, ElementsAre("exit status 3"));
  ASSERT_TRUE(loop_.RunUntil([&] { return pool_->ready(); }));
  Called& after = Call(0);
  ASSERT_TRUE(Answered(after));
  EXPECT_THAT(*after.answer, IsOk());
  EXPECT_EQ(described_.size(), 1);
}

TEST_F(ApiPoolTest, ACallIsNotGivenToAWorkerThatHasBeenKilled) {
  StartPool();
  pool_->Kill();
  EXPECT_FALSE(pool_->ready());
  Called& called = Call(0);
  ASSERT_TRUE(Answered(called));
  EXPECT_THAT(*called.answer, IsOk());
  EXPECT_THAT(down_, ElementsAre(HasSubstr("signal 9")));
}

TEST_F(ApiPoolTest, OnlyTheWorkerThatDiesLosesItsCalls) {
  StartPool(2);
  pool_->StartOthers();
  // Two calls at a time go to two workers, once both are there.
  for (bool both = false; !both;) {
    Called& one = Call(10);
    Called& other = Call(10);
    ASSERT_TRUE(Answered(one) && Answered(other));
    both = (*one.answer)->value.If<Text>()->text != (*other.answer)->value.If<Text>()->text;
  }
  Called& first = Call(3);
  Called& second = Call(3);
  Called& deadly = Call(2);
  ASSERT_TRUE(Answered(deadly));
  loop_.RunFor(10ms);
  const bool one = first.answer.has_value(), other = second.answer.has_value();
  EXPECT_NE(one, other);
  pool_->Kill();
  ASSERT_TRUE(Answered(one ? second : first));
}

TEST_F(ApiPoolTest, ACallWhoseTimeIsOverIsCancelled) {
  StartPool();
  Called& called = Call(3, Now() + 50ms);
  ASSERT_TRUE(Answered(called));
  EXPECT_THAT(*called.answer, HasCode(Code::kDeadlineExceeded));
  EXPECT_EQ(Notes(), "cancel");
}

TEST_F(ApiPoolTest, ACallWhoseClientHasGoneIsCancelled) {
  StartPool();
  bool gone = false;
  const std::function<bool()> abandoned = [&] { return gone; };
  Called& called = Call(3, Time::max(), &abandoned);
  loop_.RunFor(250ms);
  EXPECT_FALSE(called.answer);
  gone = true;
  ASSERT_TRUE(Answered(called));
  EXPECT_THAT(*called.answer, HasCode(Code::kUnavailable));
  EXPECT_EQ(Notes(), "cancel");
}

TEST_F(ApiPoolTest, PiecesAreGivenAsTheyComeAndCredited) {
  StartPool();
  Called& called = Call(4);
  ASSERT_TRUE(Answered(called));
  ApiStream& stream = *(*called.answer)->stream;
  EXPECT_EQ((*called.answer)->said, "said");
  std::string all;
  for (std::string pieces; !(pieces = Pieces(stream)).empty();) all += pieces + ";";
  EXPECT_THAT(all, testing::AnyOf("one;two;", "one+two;"));
}

TEST_F(ApiPoolTest, WhatIsNotTakenIsNotCredited) {
  StartPool();
  Called& called = Call(6);
  ASSERT_TRUE(Answered(called));
  EXPECT_EQ(Notes(), "");
  EXPECT_EQ(Pieces(*(*called.answer)->stream), "one");
  EXPECT_EQ(Notes(), "credit 16");
}

TEST_F(ApiPoolTest, AStreamThatRaisesEndsWithItAfterItsPieces) {
  StartPool();
  Called& called = Call(5);
  ASSERT_TRUE(Answered(called));
  ApiStream& stream = *(*called.answer)->stream;
  EXPECT_EQ(Pieces(stream), "one");
  EXPECT_EQ(Pieces(stream), "error: broken\nline 2");
}

TEST_F(ApiPoolTest, AStreamThatIsDroppedIsCancelled) {
  StartPool();
  Called& called = Call(6);
  ASSERT_TRUE(Answered(called));
  called.answer.reset();
  EXPECT_EQ(Notes(), "cancel");
}

TEST_F(ApiPoolTest, AStreamThatIsQuietNoticesThatItsClientHasGone) {
  StartPool();
  bool gone = false;
  const std::function<bool()> abandoned = [&] { return gone; };
  Called& called = Call(6, Time::max(), &abandoned);
  ASSERT_TRUE(Answered(called));
  ApiStream& stream = *(*called.answer)->stream;
  EXPECT_EQ(Pieces(stream), "one");
  gone = true;
  EXPECT_EQ(Pieces(stream), "error: the client has closed the connection");
  EXPECT_EQ(Notes(), "credit 16, cancel");
}

TEST_F(ApiPoolTest, AStreamEndsWithItsWorker) {
  StartPool();
  Called& called = Call(6);
  ASSERT_TRUE(Answered(called));
  ApiStream& stream = *(*called.answer)->stream;
  EXPECT_EQ(Pieces(stream), "one");
  pool_->Kill();
  EXPECT_THAT(Pieces(stream), HasSubstr("the Python worker ended with the request: signal 9"));
}

TEST_F(ApiPoolTest, AFunctionCallsARunnerWithItsOwnDeadline) {
  StartPool();
  const Time deadline = Now() + 100s;
  Called& called = Call(7, deadline);
  ASSERT_TRUE(Answered(called));
  EXPECT_EQ((*called.answer)->value.If<Text>()->text, "argument");
  EXPECT_EQ(ran_, 3);
  EXPECT_EQ(deadline_, deadline);
}

TEST_F(ApiPoolTest, OutputsThatAreTheResultDoNotGoThroughTheWorkerAgain) {
  StartPool();
  const Time deadline = Now() + 100s;
  Called& called = Call(11, deadline);
  ASSERT_TRUE(Answered(called));
  const auto* const tensor = (*called.answer)->value.If<Tensor>();
  ASSERT_NE(tensor, nullptr);
  EXPECT_THAT(tensor->As<int64_t>(), ElementsAre(42));
  EXPECT_EQ(ran_, 3);
  EXPECT_EQ(deadline_, deadline);
}

TEST_F(ApiPoolTest, OutputsThatNeedPythonGoBackToTheWorker) {
  StartPool();
  Called& called = Call(12);
  ASSERT_TRUE(Answered(called));
  EXPECT_EQ((*called.answer)->value.If<Text>()->text, "flags 2, method 3, API 12");
}

TEST_F(ApiPoolTest, AFunctionThatHasReturnedDoesNotHangWhenItsRunnerIsLate) {
  holds_runs_ = true;
  StartPool();
  Called& called = Call(11, Now() + 50ms);
  ASSERT_TRUE(Answered(called));
  EXPECT_THAT(*called.answer, HasCode(Code::kDeadlineExceeded));
  EXPECT_EQ(Notes(), "");  // Nothing is left to be cancelled.
  held_.waiter.resume();
  loop_.RunFor(10ms);
  EXPECT_TRUE(down_.empty());
}

TEST_F(ApiPoolTest, AnApplicationAsksTheEngine) {
  StartPool();
  Called& called = Call(8);
  ASSERT_TRUE(Answered(called));
  EXPECT_EQ((*called.answer)->said, R"({"status":200})");
  EXPECT_EQ((*called.answer)->value.If<Blob>()->data, R"({"path": "/x"}body)");
}

TEST_F(ApiPoolTest, ItStopsWhenItsWorkersHaveEnded) {
  StartPool();
  pool_->Stop();
  ASSERT_TRUE(loop_.RunUntil([&] { return pool_->stopped(); }));
  EXPECT_TRUE(down_.empty());
}

}  // namespace
}  // namespace ekiben::service
