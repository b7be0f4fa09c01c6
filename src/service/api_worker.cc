// SPDX-License-Identifier: Apache-2.0
#include "service/api_worker.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/parked.h"
#include "service/runner_reply.h"

namespace ekiben::service {
namespace {

using worker::Frame;
using worker::FrameKind;

// A client of a call younger than this is not looked at: most are answered long before.
constexpr Duration kYoung = std::chrono::milliseconds(100);
// A worker with so many functions that did not come back in their time is of no more use.
constexpr size_t kMostHanging = 8;
constexpr Duration kGrace = std::chrono::seconds(5);
// What waits for a runner is told at its time's end that it is over, and comes back soon.
constexpr Duration kShortGrace = std::chrono::seconds(1);

Status ClientHasGone() { return Unavailable("the client has closed the connection"); }

}  // namespace

// Takes the pieces of one call's answer. The worker outlives it.
//
// The process sends no more than it has credit for, which Next() gives back: what nobody takes
// stays in the function.
class ApiWorker::Stream final : public ApiStream {
 public:
  Stream(ApiWorker& worker, uint32_t call, const Pending& pending)
      : worker_(worker), call_(call), lane_(pending.lane), abandoned_(pending.call.abandoned) {
    worker_.streams_.emplace(call, this);
  }
  ~Stream() override { Cancel(); }

  Task<Result<std::vector<Value>>> Next() override {
    if (values_.empty() && !end_) {
      Parked parked{*this};
      co_await parked;
    }
    if (values_.empty() && !end_->ok()) co_return Error(*end_);
    if (!end_) GiveCredit();
    co_return std::exchange(values_, {});
  }

  void Add(Value value, uint32_t bytes) {
    values_.push_back(std::move(value));
    bytes_ += bytes;
    Wake();
  }
  void End(Status status) {
    worker_.streams_.erase(call_);
    end_ = std::move(status);
    Wake();
  }

  // Whoever waits for a piece learns that its client has gone.
  void EndIfAbandoned() {
    if (!waiter || abandoned_ == nullptr || !(*abandoned_)()) return;
    Cancel();
    End(ClientHasGone());
  }

  std::coroutine_handle<> waiter = nullptr;

 private:
  void Wake() {
    if (waiter) std::exchange(waiter, nullptr).resume();
  }

  void Cancel() {
    if (worker_.streams_.erase(call_) == 0) return;  // It has ended by itself.
    if (worker::Worker* const worker = worker_.slot_.worker()) {
      std::string& out = worker->Outgoing(lane_);
      worker::EndFrame(out, worker::BeginFrame(out, FrameKind::kCancel, call_));
    }
  }

  void GiveCredit() {
    worker::Worker* const worker = worker_.slot_.worker();
    if (worker == nullptr) return;
    std::string& out = worker->Outgoing(lane_);
    const size_t begin = worker::BeginFrame(out, FrameKind::kCredit, call_);
    const uint64_t bytes = std::exchange(bytes_, 0);
    out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    worker::EndFrame(out, begin);
  }

  ApiWorker& worker_;
  const uint32_t call_;
  const size_t lane_;
  const std::function<bool()>* const abandoned_;
  std::vector<Value> values_;
  uint64_t bytes_ = 0;  // Of values_, as they came.
  std::optional<Status> end_;
};

ApiWorker::ApiWorker(IoLoop& loop, worker::Worker::Options options, Events events)
    : loop_(loop),
      events_(std::move(events)),
      slot_(loop, std::move(options),
            {.on_ready = [this](std::string_view said) { events_.on_ready(said); },
             .on_frame = [this](const Frame& frame, size_t lane) { OnFrame(frame, lane); },
             .on_down = [this](const std::string& how) { OnDown(how); },
             .on_failed = [this](const Status& why) { events_.on_failed(why); }}),
      fetches_(slot_, [this](Fetch fetch) { return events_.fetch(std::move(fetch)); }) {}

Task<Result<ApiAnswer>> ApiWorker::Call(size_t api, size_t lane, std::string about, Value input,
                                        batch::Call call) {
  const uint32_t number = ++numbers_;
  Pending self{.api = api, .call = call, .lane = lane, .since = Now()};
  pending_.emplace(number, &self);

  worker::Worker& worker = *slot_.worker();
  std::string& out = worker.Outgoing(lane);
  const size_t begin =
      worker::BeginFrame(out, FrameKind::kCall, number, static_cast<uint16_t>(api));
  worker::AppendText(out, about);
  worker::OutgoingMemory memory = worker.Memory();
  worker::AppendValue(out, input, &memory);
  worker::EndFrame(out, begin);

  Parked parked{self};
  co_await parked;
  co_return std::move(*self.answer);
}

void ApiWorker::OnFrame(const Frame& frame, size_t lane) {
  switch (frame.header.kind) {
    case FrameKind::kResult: return OnResult(frame);
    case FrameKind::kError: return OnError(frame);
    case FrameKind::kRun: return OnRun(frame, lane);
    case FrameKind::kFetch: return fetches_.OnFrame(frame, lane);
    case FrameKind::kChunk:
    case FrameKind::kEnd: return OnChunk(frame);
    case FrameKind::kMetricsResult: {
      worker::ValueReader reader = slot_.worker()->Reader(frame);
      const auto json = reader.ReadText();
      return events_.on_metrics(frame.header.call, json ? *json : "");
    }
    default: return;
  }
}

void ApiWorker::OnResult(const Frame& frame) {
  worker::Worker& worker = *slot_.worker();
  worker::ValueReader reader = worker.Reader(frame);
  const auto said = reader.ReadText();
  if (!said) return Finish(frame.header.call, Error(Internal(said.error().message())));
  auto value = reader.ReadValue();
  worker.GiveBack();
  if (!value) return Finish(frame.header.call, Error(Internal(value.error().message())));
  ApiAnswer answer{.value = *std::move(value), .said = std::string(*said)};
  Finish(frame.header.call, std::move(answer));
}

ApiWorker::Stream* ApiWorker::StreamOf(uint32_t call, std::string_view said) {
  const auto found = streams_.find(call);
  if (found != streams_.end()) return found->second;
  const auto pending = pending_.find(call);
  if (pending == pending_.end()) return nullptr;
  auto stream = std::make_unique<Stream>(*this, call, *pending->second);
  ApiAnswer answer{.stream = std::move(stream), .said = std::string(said)};
  Finish(call, std::move(answer));
  // Whoever got it may have dropped it at once.
  const auto made = streams_.find(call);
  return made != streams_.end() ? made->second : nullptr;
}

void ApiWorker::OnChunk(const Frame& frame) {
  worker::Worker& worker = *slot_.worker();
  worker::ValueReader reader = worker.Reader(frame);
  Result<std::string_view> said = std::string_view();
  if ((frame.header.flags & worker::kWithHead) != 0) said = reader.ReadText();
  Stream* const stream = StreamOf(frame.header.call, said ? *said : "");
  if (frame.header.kind == FrameKind::kEnd) {
    if (stream != nullptr) stream->End({});
    return;
  }
  Result<Value> value = Value(Null{});
  if (said) {
    value = reader.ReadValue();
  } else {
    value = Error(said.error());
  }
  worker.GiveBack();
  if (stream == nullptr) return;
  if (value) return stream->Add(*std::move(value), frame.header.size);
  stream->End(Internal(value.error().message()));
}

void ApiWorker::OnError(const Frame& frame) {
  worker::ValueReader reader = slot_.worker()->Reader(frame);
  const auto report = reader.ReadText();
  ApiAnswer answer{.failure = ReadFailure(report ? *report : "")};
  const auto stream = streams_.find(frame.header.call);
  if (stream != streams_.end()) {
    return stream->second->End(
        Internal(answer.failure->message + "\n" + answer.failure->traceback));
  }
  Finish(frame.header.call, std::move(answer));
}

void ApiWorker::Finish(uint32_t call, Result<ApiAnswer> answer) {
  const auto found = pending_.find(call);
  if (found == pending_.end()) {
    // Its call was answered without it; it did come back after all.
    hanging_.erase(call);
    return;
  }
  Pending& pending = *found->second;
  pending_.erase(found);
  pending.answer.emplace(std::move(answer));
  pending.waiter.resume();
}

void ApiWorker::OnRun(const Frame& frame, size_t lane) {
  worker::Worker& worker = *slot_.worker();
  worker::ValueReader reader = worker.Reader(frame);
  auto arguments = reader.ReadArguments();
  worker.GiveBack();
  if ((frame.header.flags & worker::kForCall) != 0) {
    return RunForCall(frame.header, std::move(arguments));
  }
  if (arguments) return Run(frame.header, lane, *std::move(arguments));
  SendReply(worker, lane, {.call = frame.header.call}, Error(std::move(arguments).error()));
}

void ApiWorker::Run(const worker::FrameHeader& run, size_t lane, worker::Arguments arguments) {
  const worker::FrameHeader reply{.call = run.call};
  if (hanging_.contains(run.reserved)) {
    return SendReply(*slot_.worker(), lane, reply,
                     Error(DeadlineExceeded("the request's time is over")));
  }
  const auto parent = pending_.find(run.reserved);
  const Time deadline = parent != pending_.end() ? parent->second->call.deadline : Time::max();
  runs_.emplace(std::pair(lane, run.call), run.reserved);
  ekiben::Start(events_.run(run.target, std::move(arguments), deadline),
                [this, lane, reply, alive = std::weak_ptr(alive_)](Result<batch::Outcome> outcome) {
                  if (alive.expired() || runs_.erase({lane, reply.call}) == 0) return;
                  SendReply(*slot_.worker(), lane, reply, outcome);
                });
}

void ApiWorker::RunForCall(const worker::FrameHeader& run, Result<worker::Arguments> arguments) {
  const uint32_t call = run.reserved;
  const auto found = pending_.find(call);
  if (found == pending_.end()) {
    hanging_.erase(call);
    return;
  }
  found->second->returned = true;
  if (!arguments) return ReturnOutputs(call, run.target, Error(std::move(arguments).error()));
  ekiben::Start(events_.run(run.target, *std::move(arguments), found->second->call.deadline),
                [this, call, method = run.target,
                 alive = std::weak_ptr(alive_)](Result<batch::Outcome> outcome) {
                  if (!alive.expired()) ReturnOutputs(call, method, std::move(outcome));
                });
}

void ApiWorker::ReturnOutputs(uint32_t call, uint16_t method, Result<batch::Outcome> outcome) {
  const auto found = pending_.find(call);
  if (found == pending_.end()) return;
  auto* const outputs = outcome ? std::get_if<worker::Arguments>(&*outcome) : nullptr;
  if (outputs != nullptr && outputs->positional.size() == 1 && outputs->named.empty() &&
      outputs->positional.front().If<Tensor>() != nullptr) {
    return Finish(call, ApiAnswer{.value = std::move(outputs->positional.front())});
  }
  // What else it may be, and how an exception is told, is known in Python.
  Pending& pending = *found->second;
  pending.returned = false;
  SendReply(*slot_.worker(), pending.lane,
            {.call = call,
             .target = method,
             .flags = worker::kForCall,
             .reserved = static_cast<uint32_t>(pending.api)},
            outcome);
}

void ApiWorker::EndRuns(uint32_t call, const Status& why) {
  std::vector<std::pair<size_t, uint32_t>> runs;
  std::erase_if(runs_, [&](const auto& run) {
    if (run.second != call) return false;
    runs.push_back(run.first);
    return true;
  });
  for (const auto& [lane, run] : runs) {
    SendReply(*slot_.worker(), lane, {.call = run}, Error(why));
  }
}

void ApiWorker::OnDown(const std::string& how) {
  alive_ = std::make_shared<bool>(true);
  fetches_.Clear();
  hanging_.clear();
  runs_.clear();
  events_.on_down(how);
  const Status why = Unavailable(fmt::format("the Python worker ended with the request: {}", how));
  for (auto streams = streams_; const auto& [number, stream] : streams) stream->End(why);
  auto pending = std::exchange(pending_, {});
  for (const auto& [number, call] : pending) {
    call->answer.emplace(Error(why));
    loop_.Post([call] { call->waiter.resume(); });
  }
}

bool ApiWorker::Check(Time now) {
  const auto streams = streams_;
  for (const auto& [number, stream] : streams) {
    if (streams_.contains(number)) stream->EndIfAbandoned();
  }
  std::vector<std::pair<uint32_t, Status>> over;
  for (const auto& [number, pending] : pending_) {
    const auto* const abandoned = pending->call.abandoned;
    if (now >= pending->call.deadline) {
      over.emplace_back(number, DeadlineExceeded("the function did not answer in time"));
    } else if (now - pending->since >= kYoung && abandoned != nullptr && (*abandoned)()) {
      over.emplace_back(number, ClientHasGone());
    }
  }
  for (auto& [number, why] : over) End(number, std::move(why), now);
  ReplaceIfStuck(now);
  return !pending_.empty() || !hanging_.empty() || !streams_.empty();
}

void ApiWorker::End(uint32_t call, Status why, Time now) {
  const auto found = pending_.find(call);
  if (found == pending_.end()) return;
  Pending& pending = *found->second;
  pending_.erase(found);
  if (!pending.returned) {
    if (worker::Worker* const worker = slot_.worker()) {
      std::string& out = worker->Outgoing(pending.lane);
      worker::EndFrame(out, worker::BeginFrame(out, FrameKind::kCancel, call));
    }
    EndRuns(call, why);
    if (why.code() == Code::kDeadlineExceeded) {
      if (hanging_.empty()) hangs_since_ = now;
      hanging_.insert(call);
    }
  }
  pending.answer.emplace(Error(std::move(why)));
  pending.waiter.resume();
}

void ApiWorker::ReplaceIfStuck(Time now) {
  if (hanging_.empty()) return;
  const Duration hanging = now - hangs_since_;
  const bool alone = pending_.empty() && hanging >= kGrace;
  const bool many = hanging_.size() >= kMostHanging && hanging >= kShortGrace;
  if (alone || many) slot_.Kill();
}

}  // namespace ekiben::service
