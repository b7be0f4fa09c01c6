// SPDX-License-Identifier: Apache-2.0
#include "service/api_pool.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"

namespace ekiben::service {
namespace {

using worker::Frame;
using worker::FrameKind;

// Calls younger than this are not looked at: most are answered long before.
constexpr Duration kCheckEvery = std::chrono::milliseconds(100);
// A worker with so many functions that did not come back in their time is of no more use.
constexpr size_t kMostHanging = 8;
constexpr Duration kGrace = std::chrono::seconds(5);

template <typename Waiting>
struct Parked {
  Waiting& waiting;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiting.waiter = handle; }
  void await_resume() const noexcept {}
};

// An error of the engine's as the report of an exception.
std::string ReportOf(const Status& status) {
  const auto http = [&] {
    switch (status.code()) {
      case Code::kInvalidArgument: return 400;
      case Code::kResourceExhausted: return 429;
      case Code::kUnavailable: return 503;
      case Code::kDeadlineExceeded: return 504;
      default: return 500;
    }
  };
  JsonWriter json;
  json.BeginObject().Key("status").Int(http());
  json.Member("message", status.message()).Member("hint", status.hint()).EndObject();
  return json.text();
}

}  // namespace

// Takes the pieces of one call's answer. The place outlives it.
//
// The worker sends no more than it has credit for, which Next() gives back: what nobody takes stays
// in the function.
class ApiPool::Stream final : public ApiStream {
 public:
  Stream(Place& place, uint32_t call, const Pending& pending)
      : place_(place), call_(call), lane_(pending.lane), abandoned_(pending.call.abandoned) {
    place.streams.emplace(call, this);
  }
  ~Stream() override { Cancel(); }

  Task<Result<std::vector<Value>>> Next() override {
    if (values_.empty() && !end_) {
      Parked<Stream> parked{*this};
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
    place_.streams.erase(call_);
    end_ = std::move(status);
    Wake();
  }

  // Whoever waits for a piece learns that its client has gone.
  void EndIfAbandoned() {
    if (!waiter || abandoned_ == nullptr || !(*abandoned_)()) return;
    Cancel();
    End(Unavailable("the client has closed the connection"));
  }

  std::coroutine_handle<> waiter = nullptr;

 private:
  void Wake() {
    if (waiter) std::exchange(waiter, nullptr).resume();
  }

  void Cancel() {
    if (place_.streams.erase(call_) == 0) return;  // It has ended by itself.
    if (worker::Worker* const worker = place_.slot->worker()) {
      std::string& out = worker->Outgoing(lane_);
      worker::EndFrame(out, worker::BeginFrame(out, FrameKind::kCancel, call_));
    }
  }

  void GiveCredit() {
    worker::Worker* const worker = place_.slot->worker();
    if (worker == nullptr) return;
    std::string& out = worker->Outgoing(lane_);
    const size_t begin = worker::BeginFrame(out, FrameKind::kCredit, call_);
    const uint64_t bytes = std::exchange(bytes_, 0);
    out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    worker::EndFrame(out, begin);
  }

  Place& place_;
  const uint32_t call_;
  const size_t lane_;
  const std::function<bool()>* const abandoned_;
  std::vector<Value> values_;
  uint64_t bytes_ = 0;  // Of values_, as they came.
  std::optional<Status> end_;
};

ApiPool::ApiPool(IoLoop& loop, const worker::Worker::Options& worker, size_t count, Events events)
    : loop_(loop), events_(std::move(events)) {
  for (size_t i = 0; i < count; ++i) {
    Place& place = *places_.emplace_back(std::make_unique<Place>());
    place.index = i;
    worker::Worker::Options each = worker;
    if (i > 0) each.first_settings.clear();
    each.environment.emplace_back("EKIBEN_WORKER_INDEX", fmt::format("{}", i));
    place.slot = std::make_unique<worker::Slot>(
        loop, std::move(each),
        worker::Slot::Events{
            .on_ready =
                [this, &place](std::string_view description) {
                  place.alive = std::make_shared<bool>(true);
                  if (!std::exchange(described_, true)) events_.on_described(description);
                },
            .on_frame = [this, &place](const Frame& frame,
                                       size_t lane) { OnFrame(place, frame, lane); },
            .on_down = [this, &place](const std::string& how) { OnDown(place, how); },
            .on_failed = [this](const Status& why) { events_.on_failed(why); }});
  }
}

void ApiPool::Prepare() { places_.front()->slot->Prepare(); }

void ApiPool::Start() { places_.front()->slot->Start(); }

void ApiPool::StartOthers() {
  for (size_t i = 1; i < places_.size(); ++i) places_[i]->slot->Start();
}

void ApiPool::Stop() {
  check_.reset();
  for (const auto& place : places_) place->slot->Stop();
}

void ApiPool::Kill() {
  for (const auto& place : places_) place->slot->Kill();
}

size_t ApiPool::AskForMetrics(uint32_t call) {
  return static_cast<size_t>(std::ranges::count_if(
      places_, [&](const auto& place) { return place->slot->AskForMetrics(call); }));
}

bool ApiPool::stopped() const {
  return std::ranges::all_of(places_, [](const auto& place) { return place->slot->stopped(); });
}

bool ApiPool::ready() const {
  return std::ranges::any_of(places_,
                             [](const auto& place) { return place->slot->worker() != nullptr; });
}

ApiPool::Place* ApiPool::Choose() {
  Place* best = nullptr;
  for (const auto& place : places_) {
    if (place->slot->worker() == nullptr) continue;
    if (best == nullptr || place->pending.size() < best->pending.size()) best = place.get();
  }
  return best;
}

Task<Result<ApiAnswer>> ApiPool::Call(size_t api, size_t lane, std::string about, Value input,
                                      batch::Call call) {
  Place* const place = Choose();
  if (place == nullptr) {
    co_return Error(Unavailable("no Python worker is ready; one is being started"));
  }
  worker::Worker& worker = *place->slot->worker();
  const uint32_t number = ++place->calls;
  Pending self{.call = call, .lane = lane, .since = Now()};
  place->pending.emplace(number, &self);

  std::string& out = worker.Outgoing(lane);
  const size_t begin =
      worker::BeginFrame(out, FrameKind::kCall, number, static_cast<uint16_t>(api));
  worker::AppendText(out, about);
  worker::OutgoingMemory memory = worker.Memory();
  worker::AppendValue(out, input, &memory);
  worker::EndFrame(out, begin);

  CheckLater();
  Parked<Pending> parked{self};
  co_await parked;
  co_return std::move(*self.answer);
}

void ApiPool::OnFrame(Place& place, const Frame& frame, size_t lane) {
  switch (frame.header.kind) {
    case FrameKind::kResult: return OnResult(place, frame);
    case FrameKind::kError: return OnError(place, frame);
    case FrameKind::kRun: return OnRun(place, frame, lane);
    case FrameKind::kFetch: return OnFetch(place, frame, lane);
    case FrameKind::kChunk:
    case FrameKind::kEnd: return OnChunk(place, frame);
    case FrameKind::kMetricsResult: {
      worker::ValueReader reader = place.slot->worker()->Reader(frame);
      const auto json = reader.ReadText();
      return events_.on_metrics(place.index, frame.header.call, json ? *json : "");
    }
    default: return;
  }
}

void ApiPool::OnResult(Place& place, const Frame& frame) {
  worker::Worker& worker = *place.slot->worker();
  worker::ValueReader reader = worker.Reader(frame);
  const auto said = reader.ReadText();
  if (!said) return Finish(place, frame.header.call, Error(Internal(said.error().message())));
  auto value = reader.ReadValue();
  worker.GiveBack();
  if (!value) return Finish(place, frame.header.call, Error(Internal(value.error().message())));
  ApiAnswer answer{.value = *std::move(value), .said = std::string(*said)};
  Finish(place, frame.header.call, std::move(answer));
}

ApiPool::Stream* ApiPool::StreamOf(Place& place, uint32_t call, std::string_view said) {
  const auto found = place.streams.find(call);
  if (found != place.streams.end()) return found->second;
  const auto pending = place.pending.find(call);
  if (pending == place.pending.end()) return nullptr;
  auto stream = std::make_unique<Stream>(place, call, *pending->second);
  ApiAnswer answer{.stream = std::move(stream), .said = std::string(said)};
  Finish(place, call, std::move(answer));
  CheckLater();
  // Whoever got it may have dropped it at once.
  const auto made = place.streams.find(call);
  return made != place.streams.end() ? made->second : nullptr;
}

void ApiPool::OnChunk(Place& place, const Frame& frame) {
  worker::Worker& worker = *place.slot->worker();
  worker::ValueReader reader = worker.Reader(frame);
  Result<std::string_view> said = std::string_view();
  if ((frame.header.flags & worker::kWithHead) != 0) said = reader.ReadText();
  Stream* const stream = StreamOf(place, frame.header.call, said ? *said : "");
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

void ApiPool::OnError(Place& place, const Frame& frame) {
  worker::ValueReader reader = place.slot->worker()->Reader(frame);
  const auto report = reader.ReadText();
  ApiAnswer answer{.failure = ReadFailure(report ? *report : "")};
  const auto stream = place.streams.find(frame.header.call);
  if (stream != place.streams.end()) {
    return stream->second->End(
        Internal(answer.failure->message + "\n" + answer.failure->traceback));
  }
  Finish(place, frame.header.call, std::move(answer));
}

void ApiPool::Finish(Place& place, uint32_t call, Result<ApiAnswer> answer) {
  const auto found = place.pending.find(call);
  if (found == place.pending.end()) {
    // Its call was answered without it; it did come back after all.
    place.hanging.erase(call);
    return;
  }
  Pending& pending = *found->second;
  place.pending.erase(found);
  pending.answer.emplace(std::move(answer));
  pending.waiter.resume();
}

void ApiPool::OnRun(Place& place, const Frame& frame, size_t lane) {
  worker::Worker& worker = *place.slot->worker();
  worker::ValueReader reader = worker.Reader(frame);
  auto arguments = reader.ReadArguments();
  worker.GiveBack();
  const uint32_t call = frame.header.call;
  if (!arguments) return Reply(place, lane, call, Error(std::move(arguments).error()));
  const auto parent = place.pending.find(frame.header.reserved);
  const Time deadline = parent != place.pending.end() ? parent->second->call.deadline : Time::max();
  ekiben::Start(events_.run(frame.header.target, *std::move(arguments), deadline),
                [this, &place, lane, call,
                 alive = std::weak_ptr(place.alive)](Result<batch::Outcome> outcome) {
                  if (!alive.expired()) Reply(place, lane, call, std::move(outcome));
                });
}

void ApiPool::Reply(Place& place, size_t lane, uint32_t call, Result<batch::Outcome> outcome) {
  worker::Worker& worker = *place.slot->worker();
  const auto* const raised = outcome ? std::get_if<batch::Raised>(&*outcome) : nullptr;
  const bool failed = !outcome || raised != nullptr;
  std::string& out = worker.Outgoing(lane);
  const size_t begin = worker::BeginFrame(out, FrameKind::kReply, call, 0, failed ? 1 : 0);
  if (raised != nullptr) {
    worker::AppendText(out, raised->report);
  } else if (failed) {
    worker::AppendText(out, ReportOf(outcome.error()));
  } else {
    worker::OutgoingMemory memory = worker.Memory();
    worker::AppendArguments(out, std::get<worker::Arguments>(*outcome), &memory);
  }
  worker::EndFrame(out, begin);
}

void ApiPool::OnFetch(Place& place, const Frame& frame, size_t lane) {
  const uint32_t call = frame.header.call;
  const auto alive = std::weak_ptr(place.alive);
  if ((frame.header.flags & (worker::kNextPiece | worker::kDropRest)) != 0) {
    const auto found = place.fetching.find(frame.header.reserved);
    const bool drop = (frame.header.flags & worker::kDropRest) != 0;
    if (drop || found == place.fetching.end()) {
      if (found != place.fetching.end()) *found->second.gone = true;
      place.fetching.erase(frame.header.reserved);
      return GiveFetched(place, lane, call, 0, {.head = "{}"});
    }
    const auto rest = found->second.rest;
    ekiben::Start(rest->Next(), [this, &place, lane, call, alive, rest,
                                 fetch = frame.header.reserved](
                                    Result<std::optional<std::string>> piece) {
      if (alive.expired()) return;
      if (!piece) return Reply(place, lane, call, Error(std::move(piece).error()));
      const bool more = piece->has_value();
      GiveFetched(
          place, lane, call, fetch,
          {.head = "{}", .body = std::move(*piece).value_or(""), .rest = more ? rest : nullptr});
    });
    return;
  }
  worker::Worker& worker = *place.slot->worker();
  worker::ValueReader reader = worker.Reader(frame);
  const auto head = reader.ReadText();
  auto body = reader.ReadValue();
  worker.GiveBack();
  auto* const blob = head && body ? std::get_if<Blob>(&*body) : nullptr;
  if (blob == nullptr) return Reply(place, lane, call, Error(Internal("a fetch without a body")));
  const Fetching& fetching = place.fetching[call];
  Fetch fetch{.head = std::string(*head), .body = std::move(blob->data), .gone = fetching.gone};
  ekiben::Start(events_.fetch(std::move(fetch)), [this, &place, lane, call, alive](Fetched answer) {
    if (!alive.expired()) GiveFetched(place, lane, call, call, std::move(answer));
  });
}

void ApiPool::GiveFetched(Place& place, size_t lane, uint32_t call, uint32_t fetch, Fetched piece) {
  worker::Worker& worker = *place.slot->worker();
  const auto found = place.fetching.find(fetch);
  const bool more = piece.rest != nullptr && found != place.fetching.end();
  if (more) {
    found->second.rest = std::move(piece.rest);
    piece.head.pop_back();  // The closing brace.
    piece.head += fmt::format(R"({}"rest":{}}})", piece.head.size() > 1 ? "," : "", fetch);
  } else if (found != place.fetching.end()) {
    place.fetching.erase(found);
  }
  std::string& out = worker.Outgoing(lane);
  const size_t begin = worker::BeginFrame(out, FrameKind::kReply, call);
  worker::AppendText(out, piece.head);
  worker::AppendValue(out, Value(Blob{.data = std::move(piece.body)}), nullptr);
  worker::EndFrame(out, begin);
}

void ApiPool::OnDown(Place& place, const std::string& how) {
  place.alive.reset();
  for (const auto& [number, fetching] : place.fetching) *fetching.gone = true;
  place.fetching.clear();
  place.hanging.clear();
  events_.on_down(how);
  for (auto streams = place.streams; const auto& [number, stream] : streams) {
    stream->End(Unavailable(fmt::format("the Python worker ended with the request: {}", how)));
  }
  auto pending = std::exchange(place.pending, {});
  for (const auto& [number, call] : pending) {
    call->answer.emplace(
        Error(Unavailable(fmt::format("the Python worker ended with the request: {}", how))));
    loop_.Post([call] { call->waiter.resume(); });
  }
}

void ApiPool::CheckLater() {
  if (check_ == nullptr) check_ = loop_.After(kCheckEvery, [this] { Check(); });
}

void ApiPool::Check() {
  check_.reset();
  const Time now = Now();
  bool busy = false;
  for (const auto& place : places_) {
    CheckPlace(*place, now);
    busy = busy || !place->pending.empty() || !place->hanging.empty() || !place->streams.empty();
  }
  if (busy) CheckLater();
}

void ApiPool::CheckPlace(Place& place, Time now) {
  const auto streams = place.streams;
  for (const auto& [number, stream] : streams) {
    if (place.streams.contains(number)) stream->EndIfAbandoned();
  }
  std::vector<std::pair<uint32_t, Status>> over;
  for (const auto& [number, pending] : place.pending) {
    const auto* const abandoned = pending->call.abandoned;
    if (now >= pending->call.deadline) {
      over.emplace_back(number, DeadlineExceeded("the function did not answer in time"));
    } else if (now - pending->since >= kCheckEvery && abandoned != nullptr && (*abandoned)()) {
      over.emplace_back(number, Unavailable("the client has closed the connection"));
    }
  }
  for (auto& [number, why] : over) {
    const auto found = place.pending.find(number);
    if (found == place.pending.end()) continue;
    if (worker::Worker* const worker = place.slot->worker()) {
      std::string& out = worker->Outgoing(found->second->lane);
      worker::EndFrame(out, worker::BeginFrame(out, FrameKind::kCancel, number));
    }
    const bool late = why.code() == Code::kDeadlineExceeded;
    Pending& pending = *found->second;
    place.pending.erase(found);
    if (late) {
      if (place.hanging.empty()) place.hangs_since = now;
      place.hanging.insert(number);
    }
    pending.answer.emplace(Error(std::move(why)));
    pending.waiter.resume();
  }
  const bool hangs = !place.hanging.empty() && now - place.hangs_since >= kGrace;
  if ((hangs && place.pending.empty()) || place.hanging.size() >= kMostHanging) place.slot->Kill();
}

}  // namespace ekiben::service
