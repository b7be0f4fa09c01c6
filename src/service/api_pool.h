// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/io_loop.h"
#include "base/task.h"
#include "batch/batcher.h"
#include "batch/worker_batcher.h"
#include "service/api_failure.h"
#include "tensor/value.h"
#include "worker/slot.h"

namespace ekiben::service {

// The values that a function yields, as they come. Belongs to the loop; destroying it cancels the
// function. REQUIRES: at its end no Next() is under way.
class ApiStream {
 public:
  virtual ~ApiStream() = default;
  // All that have come since, at least one; none at the end. kUnavailable where the worker ended,
  // kInternal where the function raised.
  virtual Task<Result<std::vector<Value>>> Next() = 0;
};

// What a call of an API's function gave.
struct ApiAnswer {
  Value value;
  std::unique_ptr<ApiStream> stream = nullptr;  // In place of the value, where it yields.
  std::string said;  // The response's status and headers, as JSON; empty where nothing was said.
  std::optional<ApiFailure> failure;
};

// A body that comes piece by piece: no piece is its end.
class BodyPieces {
 public:
  virtual ~BodyPieces() = default;
  // REQUIRES: no other Next() is under way, and it stays until this one has ended.
  virtual Task<Result<std::optional<std::string>>> Next() = 0;
};

// A request that an application in a worker has for the engine: as JSON `id`, `method`, `path`,
// `query` and `headers`, and the body.
struct Fetch {
  std::string head;
  std::string body;
  // Becomes true when nobody waits for the answer any more.
  std::shared_ptr<const bool> gone;
};
// Its answer: as JSON `status` and `headers`, and the body, which may go on.
struct Fetched {
  std::string head;
  std::string body;
  std::shared_ptr<BodyPieces> rest = nullptr;
};

// The workers that run a service's API functions.
//
// A call goes to the worker that has the fewest. When its time is over or its client has gone, the
// call is answered without the function, which is cancelled where that can be done; a worker whose
// functions do not come back is replaced. Belongs to the loop. REQUIRES: at its end nothing waits.
class ApiPool {
 public:
  struct Events {
    // The first worker has loaded; `description` is what it says.
    std::function<void(std::string_view description)> on_described;
    std::function<void(const Status&)> on_failed;
    std::function<void(const std::string& how)> on_down;
    // A function calls a runner's method.
    std::function<Task<Result<batch::Outcome>>(size_t method, worker::Arguments, Time deadline)>
        run;
    // What a worker answered to AskForMetrics().
    std::function<void(size_t worker, uint32_t call, std::string_view json)> on_metrics;
    // An application asks the engine itself.
    std::function<Task<Fetched>(Fetch)> fetch;
  };

  ApiPool(IoLoop& loop, const worker::Worker::Options& worker, size_t count, Events events);

  // Starts the first worker's process ahead of time, which then waits for Start().
  void Prepare();
  // Starts the first worker.
  void Start();
  // Starts the others, once the first one has shown that the service loads.
  void StartOthers();
  bool ready() const;

  // `about` is the request's context, or its id. `lane` is 1 for asynchronous functions. `api` may
  // be worker::kApplications: then `about` is the head of an HTTP request, and the answer says all
  // of the response.
  Task<Result<ApiAnswer>> Call(size_t api, size_t lane, std::string about, Value input,
                               batch::Call call);

  // Asks all workers that are ready, and says how many they are.
  size_t AskForMetrics(uint32_t call);

  void Stop();
  // Ends those that do not end by themselves.
  void Kill();
  bool stopped() const;
  size_t size() const { return places_.size(); }

 private:
  // A call under way. Lies in the frame of the coroutine that waits.
  struct Pending {
    batch::Call call;
    size_t lane;
    Time since;
    std::optional<Result<ApiAnswer>> answer = std::nullopt;
    std::coroutine_handle<> waiter = nullptr;
  };
  class Stream;
  // The answer to an application that it has not read to its end.
  struct Fetching {
    std::shared_ptr<bool> gone = std::make_shared<bool>(false);
    std::shared_ptr<BodyPieces> rest = nullptr;
  };
  struct Place {
    std::unique_ptr<worker::Slot> slot;
    size_t index = 0;
    std::unordered_map<uint32_t, Stream*> streams;  // That somebody reads.
    std::unordered_map<uint32_t, Pending*> pending;
    uint32_t calls = 0;
    std::unordered_set<uint32_t> hanging;  // Calls that did not come back in their time.
    Time hangs_since{};
    // Of the worker that is there now: answers of runners are for it and no other.
    std::shared_ptr<bool> alive;
    std::unordered_map<uint32_t, Fetching> fetching;
  };

  Place* Choose();
  void OnFrame(Place& place, const worker::Frame& frame, size_t lane);
  void OnResult(Place& place, const worker::Frame& frame);
  void OnError(Place& place, const worker::Frame& frame);
  void OnChunk(Place& place, const worker::Frame& frame);
  // The stream of a call that has begun to yield; null where nobody reads it any more.
  Stream* StreamOf(Place& place, uint32_t call, std::string_view said);
  void OnRun(Place& place, const worker::Frame& frame, size_t lane);
  void OnFetch(Place& place, const worker::Frame& frame, size_t lane);
  // Gives a piece of an answer to the application that has asked for it.
  void GiveFetched(Place& place, size_t lane, uint32_t call, uint32_t fetch, Fetched piece);
  void OnDown(Place& place, const std::string& how);
  void Reply(Place& place, size_t lane, uint32_t call, Result<batch::Outcome> outcome);
  void Finish(Place& place, uint32_t call, Result<ApiAnswer> answer);
  // Looks for calls whose time is over or whose client has gone, now and then.
  void CheckLater();
  void Check();
  void CheckPlace(Place& place, Time now);

  IoLoop& loop_;
  const Events events_;
  bool described_ = false;
  std::vector<std::unique_ptr<Place>> places_;
  std::unique_ptr<Watch> check_;
};

}  // namespace ekiben::service
