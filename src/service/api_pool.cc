// SPDX-License-Identifier: Apache-2.0
#include "service/api_pool.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/parked.h"

namespace ekiben::service {
namespace {

constexpr Duration kCheckEvery = std::chrono::milliseconds(100);

}  // namespace

ApiPool::ApiPool(IoLoop& loop, const worker::Worker::Options& worker, size_t count, Events events)
    : loop_(loop), events_(std::move(events)) {
  for (size_t i = 0; i < count; ++i) {
    worker::Worker::Options each = worker;
    if (i > 0) each.first_settings.clear();
    each.environment.emplace_back("EKIBEN_WORKER_INDEX", fmt::format("{}", i));
    const auto on_ready = [this](std::string_view description) {
      if (!std::exchange(described_, true)) events_.on_described(description);
      Admit([](const Arrival&) { return Status(); });
    };
    const auto on_metrics = [this, i](uint32_t call, std::string_view json) {
      events_.on_metrics(i, call, json);
    };
    workers_.push_back(std::make_unique<ApiWorker>(loop, std::move(each),
                                                   ApiWorker::Events{.on_ready = on_ready,
                                                                     .on_failed = events_.on_failed,
                                                                     .on_down = events_.on_down,
                                                                     .run = events_.run,
                                                                     .on_metrics = on_metrics,
                                                                     .fetch = events_.fetch}));
  }
}

void ApiPool::StartOthers() {
  for (size_t i = 1; i < workers_.size(); ++i) workers_[i]->Start();
}

void ApiPool::Stop() {
  check_.reset();
  for (const auto& worker : workers_) worker->Stop();
  Admit([](const Arrival&) { return Unavailable("the server is stopping"); });
}

void ApiPool::Kill() {
  for (const auto& worker : workers_) worker->Kill();
}

size_t ApiPool::AskForMetrics(uint32_t call) {
  return static_cast<size_t>(std::ranges::count_if(
      workers_, [&](const auto& worker) { return worker->AskForMetrics(call); }));
}

bool ApiPool::stopped() const {
  return std::ranges::all_of(workers_, [](const auto& worker) { return worker->stopped(); });
}

bool ApiPool::ready() const { return Choose() != nullptr; }

ApiWorker* ApiPool::Choose() const {
  ApiWorker* best = nullptr;
  for (const auto& worker : workers_) {
    if (!worker->ready()) continue;
    if (best == nullptr || worker->calls() < best->calls()) best = worker.get();
  }
  return best;
}

Task<Result<ApiAnswer>> ApiPool::CallLater(size_t api, size_t lane, std::string about, Value input,
                                           batch::Call call) {
  while (true) {
    Arrival self{.call = call};
    arrivals_.push_back(&self);
    CheckLater();
    Parked parked{self};
    co_await parked;
    if (!self.status.ok()) co_return Error(std::move(self.status));
    if (ApiWorker* const worker = Choose()) {
      co_return co_await worker->Call(api, lane, std::move(about), std::move(input), call);
    }
  }
}

void ApiPool::Admit(const std::function<std::optional<Status>(const Arrival&)>& may_go) {
  std::vector<Arrival*> admitted;
  std::erase_if(arrivals_, [&](Arrival* arrival) {
    auto status = may_go(*arrival);
    if (!status) return false;
    arrival->status = *std::move(status);
    admitted.push_back(arrival);
    return true;
  });
  for (Arrival* const arrival : admitted) {
    loop_.Post([arrival] { arrival->waiter.resume(); });
  }
}

Task<Result<ApiAnswer>> ApiPool::Call(size_t api, size_t lane, std::string about, Value input,
                                      batch::Call call) {
  CheckLater();
  if (ApiWorker* const worker = Choose()) {
    return worker->Call(api, lane, std::move(about), std::move(input), call);
  }
  return CallLater(api, lane, std::move(about), std::move(input), call);
}

void ApiPool::CheckLater() {
  if (check_ == nullptr) check_ = loop_.After(kCheckEvery, [this] { Check(); });
}

void ApiPool::Check() {
  check_.reset();
  const Time now = Now();
  bool busy = false;
  for (const auto& worker : workers_) busy = worker->Check(now) || busy;
  Admit([now](const Arrival& arrival) -> std::optional<Status> {
    const auto* const abandoned = arrival.call.abandoned;
    if (now >= arrival.call.deadline) {
      return Unavailable("no Python worker is ready; one is being started");
    }
    if (abandoned == nullptr || !(*abandoned)()) return std::nullopt;
    return Unavailable("the client has closed the connection");
  });
  if (busy || !arrivals_.empty()) CheckLater();
}

}  // namespace ekiben::service
