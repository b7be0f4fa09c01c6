// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/io_loop.h"
#include "base/task.h"
#include "batch/batcher.h"
#include "batch/worker_batcher.h"
#include "service/api_answer.h"
#include "service/fetches.h"
#include "tensor/value.h"
#include "worker/slot.h"

namespace ekiben::service {

// One of the workers that run a service's API functions, and the calls that it has.
//
// When its time is over or its client has gone, a call is answered without the function, which is
// cancelled where that can be done; a worker whose functions do not come back is replaced. Belongs
// to the loop. REQUIRES: at its end nothing waits.
class ApiWorker {
 public:
  struct Events {
    // It has loaded; `description` is what it says.
    std::function<void(std::string_view description)> on_ready;
    std::function<void(const Status&)> on_failed;
    std::function<void(const std::string& how)> on_down;
    // A function calls a runner's method.
    std::function<Task<Result<batch::Outcome>>(size_t method, worker::Arguments, Time deadline)>
        run;
    // The answer to AskForMetrics().
    std::function<void(uint32_t call, std::string_view json)> on_metrics;
    // An application asks the engine itself.
    Fetches::Answer fetch;
  };

  ApiWorker(IoLoop& loop, worker::Worker::Options options, Events events);

  void Prepare() { slot_.Prepare(); }
  void Start() { slot_.Start(); }
  bool ready() { return slot_.worker() != nullptr && !slot_.dying(); }
  // How many calls are under way.
  size_t calls() const { return pending_.size(); }

  // As ApiPool's. REQUIRES: ready()
  Task<Result<ApiAnswer>> Call(size_t api, size_t lane, std::string about, Value input,
                               batch::Call call);

  // To be called now and then: ends the calls whose time is over or whose client has gone. Whether
  // there is anything left that may end so.
  bool Check(Time now);

  bool AskForMetrics(uint32_t call) { return slot_.AskForMetrics(call); }
  void Stop() { slot_.Stop(); }
  void Kill() { slot_.Kill(); }
  bool stopped() const { return slot_.stopped(); }

 private:
  // A call under way. Lies in the frame of the coroutine that waits.
  struct Pending {
    size_t api;
    batch::Call call;
    size_t lane;
    Time since;
    bool returned = false;  // The function has: a runner's outputs are its result.
    std::optional<Result<ApiAnswer>> answer = std::nullopt;
    std::coroutine_handle<> waiter = nullptr;
  };
  class Stream;

  void OnFrame(const worker::Frame& frame, size_t lane);
  void OnResult(const worker::Frame& frame);
  void OnError(const worker::Frame& frame);
  void OnChunk(const worker::Frame& frame);
  // The stream of a call that has begun to yield; null where nobody reads it any more.
  Stream* StreamOf(uint32_t call, std::string_view said);
  void OnRun(const worker::Frame& frame, size_t lane);
  void Run(const worker::FrameHeader& run, size_t lane, worker::Arguments arguments);
  // A run whose outputs are what a call returns.
  void RunForCall(const worker::FrameHeader& run, Result<worker::Arguments> arguments);
  void ReturnOutputs(uint32_t call, uint16_t method, Result<batch::Outcome> outcome);
  void OnDown(const std::string& how);
  void End(uint32_t call, Status why, Time now);
  // Answers what a call's function waits for, so that it ends.
  void EndRuns(uint32_t call, const Status& why);
  void Finish(uint32_t call, Result<ApiAnswer> answer);
  void ReplaceIfStuck(Time now);

  IoLoop& loop_;
  const Events events_;
  worker::Slot slot_;
  Fetches fetches_;
  uint32_t numbers_ = 0;
  std::unordered_map<uint32_t, Pending*> pending_;
  std::unordered_map<uint32_t, Stream*> streams_;  // That somebody reads.
  // Calls of runners that functions wait for, by lane and number: which API's call each serves.
  std::map<std::pair<size_t, uint32_t>, uint32_t> runs_;
  std::unordered_set<uint32_t> hanging_;  // Calls that did not come back in their time.
  Time hangs_since_{};
  // Of the worker that is there now: answers of runners are for it and no other.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ekiben::service
