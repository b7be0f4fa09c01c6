// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/io_loop.h"
#include "base/task.h"
#include "batch/worker_batcher.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "service/backend.h"
#include "service/service_description.h"
#include "store/model_store.h"
#include "worker/memory_limit.h"
#include "worker/worker.h"

namespace ekiben::service {

// The runners of a service in Python, and which of their methods the engine runs itself.
//
// Methods are numbered over all runners, in the order of the description; the workers number them
// likewise. Belongs to the loop.
class RunnerTable {
 public:
  struct Options {
    batch::BatchPolicy::Options batching;
    bool batching_is_given = false;  // It goes over what runners were configured with.
    // Of a call, and of a batch of a worker, where the runner has none of its own.
    Duration timeout = std::chrono::seconds(300);
    // How the worker of a runner, by its number, is started.
    std::function<worker::Worker::Options(size_t runner)> worker;
    // What a worker, such as "iris_clf 0", answered to AskForMetrics().
    std::function<void(const std::string& worker, uint32_t call, std::string_view json)> on_metrics;
  };
  struct Places {
    IoLoop& loop;
    observe::MetricRegistry& metrics;
    observe::Log& log;
    const store::ModelStore& store;
    BackendLoader& backends;
  };

  // All of `places` must outlive the table.
  RunnerTable(Places places, Options options) : places_(places), options_(std::move(options)) {}

  // Loads what is native, on threads of its own, and starts the workers of the rest; `done` is
  // called once, when every runner can take calls, or with the first error.
  // REQUIRES: `service` stays until then
  void Start(const ServiceDescription& service, std::function<void(const Status&)> done);

  // Calls the method with this number. The deadline is at most the runner's own timeout away;
  // kResourceExhausted where the runner has as many calls as it may have.
  Task<Result<batch::Outcome>> Run(size_t method, worker::Arguments arguments, Time deadline);

  // Asks all workers that are ready, and says how many they are.
  size_t AskForMetrics(uint32_t call);

  bool ready() const;
  // Ends the workers as soon as no call is under way.
  void Stop();
  // Whether that has come to pass.
  bool stopped() const;

  // "iris_clf.predict runs natively", for each runner: what the start lines say.
  const std::vector<std::string>& placements() const { return placements_; }

 private:
  // How many calls a runner has, and may have.
  struct Traffic {
    std::string runner;
    int64_t under_way = 0;
    std::optional<int64_t> most;
  };
  struct Method {
    std::string name;  // "iris_clf.predict"
    std::shared_ptr<Backend> native;
    batch::WorkerBatcher* workers = nullptr;
    size_t number = 0;  // Among those of its workers.
    Duration timeout{};
    Traffic* traffic = nullptr;
  };

  // Makes what `service` needs; the workers are not started yet.
  Task<Status> Load(const ServiceDescription& service);
  Task<Status> AddRunner(const RunnerDescription& runner, size_t number);
  Task<Result<std::shared_ptr<Backend>>> LoadNative(const RunnerDescription& runner,
                                                    const MethodDescription& method);
  void AddWorkers(const RunnerDescription& runner, size_t number);
  batch::BatchPolicy::Options BatchingOf(const RunnerDescription& runner,
                                         const MethodDescription& method) const;
  Duration TimeoutOf(const RunnerDescription& runner) const;
  std::shared_ptr<const worker::MemoryLimit> MemoryLimitOf(const RunnerDescription& runner) const;
  Task<Result<batch::Outcome>> RunNative(Method& method, worker::Arguments arguments,
                                         batch::Call call);
  void StopWorkers();
  void Report(const Status& status);

  const Places places_;
  const Options options_;
  std::vector<Method> methods_;
  int calls_ = 0;  // Under way.
  bool loading_ = false;
  bool stopping_ = false;
  std::vector<std::unique_ptr<batch::WorkerBatcher>> workers_;
  std::vector<std::unique_ptr<Traffic>> traffic_;
  std::vector<std::string> placements_;
  std::function<void(const Status&)> done_;
};

// The arguments of a native method as its inputs: by position, then by name, numbers converted
// where that loses nothing. kInvalidArgument where they do not fit.
Result<std::vector<Tensor>> NativeInputs(std::span<const TensorSpec> specs,
                                         worker::Arguments arguments, std::string_view method);

}  // namespace ekiben::service
