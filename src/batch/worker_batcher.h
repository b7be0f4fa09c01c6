// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/io_loop.h"
#include "base/task.h"
#include "batch/batcher.h"
#include "worker/slot.h"

namespace ekiben::batch {

// What the method of a Runnable raised, as the worker reports exceptions: JSON.
struct Raised {
  std::string report;
};

// What a call of a runner's method gives.
using Outcome = std::variant<worker::Arguments, Raised>;

// Stands in front of all workers of a runner: joins calls that wait together into batches, and
// gives each to a worker that is idle. A worker runs one batch at a time; the worker joins the
// calls' arguments and splits the result.
//
// One that hangs is killed at `timeout`, one that has died is replaced; what it was at fails with
// the reason, everything else goes on. Belongs to the loop. REQUIRES: at its end nothing waits.
class WorkerBatcher {
 public:
  struct Method {
    std::string name;
    bool batchable = false;
    size_t batch_axis = 0;
    BatchPolicy::Options batching;
    BatchMetrics metrics;
  };
  struct Options {
    std::string name;  // The runner's, for messages.
    std::vector<Method> methods;
    std::vector<worker::Worker::Options> workers;
    Duration timeout = std::chrono::seconds(300);  // Of a batch.
  };
  struct Events {
    // A worker can take calls; the first time, the runner is ready.
    std::function<void()> on_ready;
    // A worker could not load. Not called once all have.
    std::function<void(const Status&)> on_failed;
    // A worker ended, and how.
    std::function<void(const std::string&)> on_down;
    // What a worker answered to AskForMetrics().
    std::function<void(size_t worker, uint32_t call, std::string_view json)> on_metrics;
  };

  WorkerBatcher(IoLoop& loop, Options options, Events events);

  void Start();
  bool ready() const;

  // As Batcher::Infer(). kUnavailable where the worker died with the call.
  Task<Result<Outcome>> Infer(size_t method, worker::Arguments arguments, Call call);

  // Asks all workers that are ready, and says how many they are.
  size_t AskForMetrics(uint32_t call);

  // Ends the workers once they are idle.
  void Stop();
  bool stopped() const;

 private:
  // A call that waits. Lies in the frame of the coroutine that waits.
  struct Waiting {
    worker::Arguments arguments;
    Call call;
    int64_t rows;
    Time arrived;
    std::optional<Result<Outcome>> answer = std::nullopt;
    std::coroutine_handle<> waiter = nullptr;
  };
  struct Queue {
    BatchPolicy policy;
    std::deque<Waiting*> waiting;
    int64_t rows = 0;
  };
  // A worker, and the batch that it is at.
  struct Place {
    std::unique_ptr<worker::Slot> slot;
    size_t index = 0;
    std::vector<Waiting*> batch;
    size_t method = 0;
    int64_t rows = 0;
    Time started{};
    uint32_t number = 0;
    bool timed_out = false;
    std::unique_ptr<Watch> timer;
  };

  void DispatchLater();
  void Dispatch();
  // The method whose oldest call has waited longest; nothing where none waits.
  std::optional<size_t> NextMethod() const;
  std::vector<Waiting*> Take(size_t method);
  // Answers and forgets those at the queue's front that need not be run.
  void DropAtFront(size_t method);
  bool CanJoin(size_t method, const Waiting& a, const Waiting& b) const;
  void Send(Place& place, size_t method, std::vector<Waiting*> batch);
  void OnFrame(Place& place, const worker::Frame& frame);
  void OnDown(Place& place, const std::string& how);
  void OnTimeout(Place& place);

  IoLoop& loop_;
  const Options options_;
  const Events events_;
  std::vector<Queue> queues_;
  uint32_t batches_ = 0;
  bool dispatch_is_due_ = false;
  std::vector<std::unique_ptr<Place>> places_;
};

// How many rows a call's first argument has along `axis`.
int64_t RowsOf(const worker::Arguments& arguments, size_t axis);

}  // namespace ekiben::batch
