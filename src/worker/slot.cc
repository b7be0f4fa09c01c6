// SPDX-License-Identifier: Apache-2.0
#include "worker/slot.h"

#include <utility>

#include <fmt/format.h>

namespace ekiben::worker {

Slot::Slot(IoLoop& loop, Worker::Options options, Events events)
    : loop_(loop), options_(std::move(options)), events_(std::move(events)) {}

Result<std::unique_ptr<Worker>> Slot::NewWorker(const Worker::Options& options) {
  return Worker::Start(
      loop_, options,
      {.on_frame = [this](const Frame& frame, size_t lane) { OnFrame(frame, lane); },
       .on_end = [this](const std::string& how) { OnEnd(how); }});
}

void Slot::Prepare() {
  Worker::Options options = options_;
  options.settings += options_.first_settings + R"(, "waits": true)";
  auto worker = NewWorker(options);
  if (!worker) return;
  waiting_ = true;
  worker_ = *std::move(worker);
}

void Slot::Start() {
  restart_.reset();
  started_ = Now();
  const std::string first = std::exchange(options_.first_settings, {});
  if (std::exchange(waiting_, false)) {
    std::string& out = worker_->Outgoing(0);
    return EndFrame(out, BeginFrame(out, FrameKind::kLoad, 0));
  }
  Worker::Options options = options_;
  options.settings += first;
  auto worker = NewWorker(options);
  if (!worker) return was_ready_ ? OnEnd(worker.error().message()) : Fail(worker.error());
  worker_ = *std::move(worker);
}

void Slot::OnFrame(const Frame& frame, size_t lane) {
  if (frame.header.kind == FrameKind::kReady) {
    ready_ = was_ready_ = true;
    ValueReader reader = worker_->Reader(frame);
    const auto document = reader.ReadText();
    if (!document) return worker_->Kill();
    return events_.on_ready(*document);
  }
  if (frame.header.kind == FrameKind::kFailed) {
    ValueReader reader = worker_->Reader(frame);
    const auto why = reader.ReadText();
    if (!was_ready_ && why) Fail(FailedPrecondition(std::string(*why)));
    return;
  }
  if (ready_) events_.on_frame(frame, lane);
}

void Slot::OnEnd(const std::string& how) {
  const bool was_up = std::exchange(ready_, false);
  dying_ = false;
  worker_.reset();
  if (stopping_ || std::exchange(waiting_, false)) return;
  if (!was_ready_) {
    return Fail(FailedPrecondition(fmt::format("the Python worker ended while loading: {}", how))
                    .WithHint(fmt::format("what it said is above; if that is that there is no "
                                          "ekiben, install it for '{}', or name another "
                                          "interpreter with --python",
                                          options_.command.front())));
  }
  if (was_up) events_.on_down(how);
  ++restarts_;
  restart_ = loop_.After(policy_.DelayAfter(Now() - started_), [this] { Start(); });
}

void Slot::Fail(const Status& why) {
  if (std::exchange(failed_, true) || stopping_) return;
  events_.on_failed(why);
}

bool Slot::AskForMetrics(uint32_t call) {
  if (!ready_ || stopping_) return false;
  std::string& out = worker_->Outgoing(0);
  EndFrame(out, BeginFrame(out, FrameKind::kMetrics, call));
  return true;
}

void Slot::Kill() {
  if (!ready_) return;
  dying_ = true;
  worker_->Kill();
}

void Slot::Stop() {
  stopping_ = true;
  restart_.reset();
  if (!worker_) return;
  if (!ready_) return worker_->Kill();
  std::string& out = worker_->Outgoing(0);
  EndFrame(out, BeginFrame(out, FrameKind::kStop, 0));
}

}  // namespace ekiben::worker
