// SPDX-License-Identifier: Apache-2.0
#include "batch/worker_batcher.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/parked.h"

namespace ekiben::batch {
namespace {

using worker::Arguments;

int64_t RowsOf(const Value& value, size_t axis) {
  if (const auto* tensor = value.If<Tensor>()) {
    return tensor->shape().rank() > axis ? tensor->shape()[axis] : 1;
  }
  const auto* opaque = value.If<Opaque>();
  return opaque != nullptr ? std::max<int64_t>(1, opaque->rows) : 1;
}

// Whether two arguments can lie one behind the other along `axis` without a change of either.
bool Fit(const Value& a, const Value& b, size_t axis) {
  if (a.index() != b.index()) return false;
  if (const auto* opaque = a.If<Opaque>()) return opaque->kind == b.If<Opaque>()->kind;
  const auto* left = a.If<Tensor>();
  if (left == nullptr) return false;
  const auto* right = b.If<Tensor>();
  Shape left_shape = left->shape(), right_shape = right->shape();
  if (left->type() != right->type() || left_shape.rank() != right_shape.rank() ||
      left_shape.rank() <= axis) {
    return false;
  }
  left_shape[axis] = right_shape[axis] = 0;
  return left_shape == right_shape;
}

}  // namespace

int64_t RowsOf(const Arguments& arguments, size_t axis) {
  if (!arguments.positional.empty()) return RowsOf(arguments.positional.front(), axis);
  return arguments.named.empty() ? 1 : RowsOf(arguments.named.front().second, axis);
}

WorkerBatcher::WorkerBatcher(IoLoop& loop, Options options, Events events)
    : loop_(loop), options_(std::move(options)), events_(std::move(events)) {
  for (const Method& method : options_.methods) queues_.push_back({BatchPolicy(method.batching)});
  for (const worker::Worker::Options& each : options_.workers) {
    Place& place = *places_.emplace_back(std::make_unique<Place>());
    place.index = places_.size() - 1;
    place.slot = std::make_unique<worker::Slot>(
        loop, each,
        worker::Slot::Events{
            .on_ready =
                [this](std::string_view) {
                  events_.on_ready();
                  DispatchLater();
                },
            .on_frame = [this, &place](const worker::Frame& frame,
                                       size_t) { OnFrame(place, frame); },
            .on_down = [this, &place](const std::string& how) { OnDown(place, how); },
            .on_failed = [this](const Status& why) { events_.on_failed(why); }});
  }
}

void WorkerBatcher::Start() {
  for (const auto& place : places_) place->slot->Start();
}

void WorkerBatcher::Stop() {
  for (const auto& place : places_) place->slot->Stop();
}

bool WorkerBatcher::stopped() const {
  return std::ranges::all_of(places_, [](const auto& place) { return place->slot->stopped(); });
}

bool WorkerBatcher::ready() const {
  return std::ranges::any_of(places_,
                             [](const auto& place) { return place->slot->worker() != nullptr; });
}

Task<Result<Outcome>> WorkerBatcher::Infer(size_t method, Arguments arguments, Call call) {
  const int64_t rows = RowsOf(arguments, options_.methods[method].batch_axis);
  Waiting self{.arguments = std::move(arguments), .call = call, .rows = rows, .arrived = Now()};
  Queue& queue = queues_[method];
  if (!queue.policy.Admits(static_cast<int64_t>(queue.waiting.size()), queue.rows,
                           static_cast<int64_t>(places_.size()), call.deadline - self.arrived)) {
    options_.methods[method].metrics.refused.Add();
    co_return Error(
        Unavailable(fmt::format("the runner '{}' has more to do than it can answer in "
                                "time",
                                options_.name)));
  }
  queue.waiting.push_back(&self);
  queue.rows += rows;
  DispatchLater();
  Parked parked{self};
  co_await parked;
  co_return std::move(*self.answer);
}

void WorkerBatcher::DispatchLater() {
  if (std::exchange(dispatch_is_due_, true)) return;
  loop_.AtTickEnd([this] {
    dispatch_is_due_ = false;
    Dispatch();
  });
}

void WorkerBatcher::Dispatch() {
  for (const auto& place : places_) {
    if (!place->batch.empty() || place->slot->worker() == nullptr) continue;
    while (const auto method = NextMethod()) {
      std::vector<Waiting*> batch = Take(*method);
      if (batch.empty()) continue;
      Send(*place, *method, std::move(batch));
      break;
    }
  }
}

std::optional<size_t> WorkerBatcher::NextMethod() const {
  std::optional<size_t> oldest;
  for (size_t method = 0; method < queues_.size(); ++method) {
    if (queues_[method].waiting.empty()) continue;
    if (!oldest ||
        queues_[method].waiting.front()->arrived < queues_[*oldest].waiting.front()->arrived) {
      oldest = method;
    }
  }
  return oldest;
}

void WorkerBatcher::DropAtFront(size_t method) {
  Queue& queue = queues_[method];
  while (!queue.waiting.empty()) {
    Waiting* const next = queue.waiting.front();
    const bool too_late = next->call.deadline <= Now();
    const bool abandoned = next->call.abandoned != nullptr && (*next->call.abandoned)();
    if (!too_late && !abandoned) return;
    queue.waiting.pop_front();
    queue.rows -= next->rows;
    options_.methods[method].metrics.abandoned.Add();
    next->answer.emplace(Error(too_late ? DeadlineExceeded("the call waited past its deadline")
                                        : Unavailable("the client has closed the connection")));
    loop_.Post([next] { next->waiter.resume(); });
  }
}

bool WorkerBatcher::CanJoin(size_t method, const Waiting& a, const Waiting& b) const {
  const Method& about = options_.methods[method];
  const auto fit = [&](const Value& left, const Value& right) {
    return Fit(left, right, about.batch_axis);
  };
  const auto fit_named = [&](const auto& left, const auto& right) {
    return left.first == right.first && fit(left.second, right.second);
  };
  return about.batchable &&
         std::ranges::equal(a.arguments.positional, b.arguments.positional, fit) &&
         std::ranges::equal(a.arguments.named, b.arguments.named, fit_named);
}

std::vector<WorkerBatcher::Waiting*> WorkerBatcher::Take(size_t method) {
  Queue& queue = queues_[method];
  std::vector<Waiting*> batch;
  int64_t most = 0, rows = 0;
  for (DropAtFront(method); !queue.waiting.empty(); DropAtFront(method)) {
    Waiting* const next = queue.waiting.front();
    if (batch.empty()) {
      most = queue.policy.RowsToTake(std::max<int64_t>(1, queue.rows), next->call.deadline - Now());
    } else if (!CanJoin(method, *batch.front(), *next) || rows + next->rows > most) {
      break;
    }
    batch.push_back(next);
    rows += next->rows;
    queue.waiting.pop_front();
    queue.rows -= next->rows;
  }
  return batch;
}

void WorkerBatcher::Send(Place& place, size_t method, std::vector<Waiting*> batch) {
  worker::Worker& worker = *place.slot->worker();
  place.batch = std::move(batch);
  place.method = method;
  place.rows = 0;
  place.started = Now();
  place.number = ++batches_;
  place.timed_out = false;
  place.timer = loop_.After(options_.timeout, [this, &place] { OnTimeout(place); });

  std::string& out = worker.Outgoing(0);
  const size_t begin = worker::BeginFrame(out, worker::FrameKind::kBatch, place.number,
                                          static_cast<uint16_t>(method));
  const auto count = static_cast<uint32_t>(place.batch.size());
  worker::AppendCounts(out, count, 0);
  worker::OutgoingMemory memory = worker.Memory();
  for (const Waiting* waiting : place.batch) {
    worker::AppendArguments(out, waiting->arguments, &memory);
    place.rows += waiting->rows;
  }
  worker::EndFrame(out, begin);
}

size_t WorkerBatcher::AskForMetrics(uint32_t call) {
  return static_cast<size_t>(std::ranges::count_if(
      places_, [&](const auto& place) { return place->slot->AskForMetrics(call); }));
}

void WorkerBatcher::OnFrame(Place& place, const worker::Frame& frame) {
  if (frame.header.kind == worker::FrameKind::kMetricsResult) {
    worker::ValueReader reader = place.slot->worker()->Reader(frame);
    const auto json = reader.ReadText();
    return events_.on_metrics(place.index, frame.header.call, json ? *json : "");
  }
  if (frame.header.kind != worker::FrameKind::kBatchResult || place.batch.empty() ||
      frame.header.call != place.number) {
    return;
  }
  worker::Worker& worker = *place.slot->worker();
  worker::ValueReader reader = worker.Reader(frame);
  const auto counts = reader.ReadCounts();
  Status broken = counts ? Status() : counts.error();
  for (Waiting* waiting : place.batch) {
    if (broken.ok()) {
      const auto kind = reader.ReadCounts();
      if (!kind) {
        broken = kind.error();
      } else if (kind->first != 0) {
        if (const auto report = reader.ReadText()) {
          waiting->answer.emplace(Raised{std::string(*report)});
        } else {
          broken = report.error();
        }
      } else if (auto outputs = reader.ReadArguments()) {
        waiting->answer.emplace(*std::move(outputs));
      } else {
        broken = outputs.error();
      }
    }
    if (!broken.ok()) waiting->answer.emplace(Error(Internal(broken.message())));
  }
  worker.GiveBack();

  queues_[place.method].policy.Observe(place.rows, Now() - place.started);
  options_.methods[place.method].metrics.batch_rows.Observe(static_cast<double>(place.rows));
  place.timer.reset();
  const std::vector<Waiting*> answered = std::exchange(place.batch, {});
  // The worker gets its next batch before the answers of this one are looked at.
  Dispatch();
  for (Waiting* waiting : answered) waiting->waiter.resume();
}

void WorkerBatcher::OnDown(Place& place, const std::string& how) {
  place.timer.reset();
  events_.on_down(how);
  const Status why =
      place.timed_out
          ? DeadlineExceeded(fmt::format("a call of the runner '{}' took longer than {:g} s",
                                         options_.name, Seconds(options_.timeout)))
          : Unavailable(fmt::format("the worker of the runner '{}' ended with the call: {}",
                                    options_.name, how));
  for (Waiting* waiting : std::exchange(place.batch, {})) {
    waiting->answer.emplace(Error(why));
    loop_.Post([waiting] { waiting->waiter.resume(); });
  }
}

void WorkerBatcher::OnTimeout(Place& place) {
  place.timed_out = true;
  place.slot->Kill();
}

}  // namespace ekiben::batch
