// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io_loop.h"
#include "base/task.h"
#include "batch/batcher.h"
#include "service/api_worker.h"

namespace ekiben::service {

// The workers that run a service's API functions.
//
// A call goes to the worker that has the fewest, and waits for one while all are restarting.
// Belongs to the loop. REQUIRES: at its end nothing waits.
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
    Fetches::Answer fetch;
  };

  ApiPool(IoLoop& loop, const worker::Worker::Options& worker, size_t count, Events events);

  // Starts the first worker's process ahead of time, which then waits for Start().
  void Prepare() { workers_.front()->Prepare(); }
  // Starts the first worker.
  void Start() { workers_.front()->Start(); }
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
  size_t size() const { return workers_.size(); }

 private:
  // A call that waits until a worker is there. Lies in the frame of the coroutine that waits.
  struct Arrival {
    batch::Call call;
    Status status = {};
    std::coroutine_handle<> waiter = nullptr;
  };

  ApiWorker* Choose() const;
  // Call(), as soon as a worker is ready.
  Task<Result<ApiAnswer>> CallLater(size_t api, size_t lane, std::string about, Value input,
                                    batch::Call call);
  // Lets the arrivals of which it holds go on, with that status.
  void Admit(const std::function<std::optional<Status>(const Arrival&)>& may_go);
  // Looks for calls whose time is over or whose client has gone, now and then.
  void CheckLater();
  void Check();

  IoLoop& loop_;
  const Events events_;
  bool described_ = false;
  std::vector<std::unique_ptr<ApiWorker>> workers_;
  std::vector<Arrival*> arrivals_;
  std::unique_ptr<Watch> check_;
};

}  // namespace ekiben::service
