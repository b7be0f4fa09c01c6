// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/status.h"
#include "base/task.h"
#include "batch/batcher.h"
#include "observe/metrics.h"
#include "runner/runner.h"
#include "runtime/runtime.h"
#include "store/model_info.h"

namespace ekiben::service {

// A native runner, with the batcher before it.
struct Backend {
  std::unique_ptr<runner::Runner> runner;
  std::unique_ptr<batch::Batcher> batcher;
};

// The native forms of a model. A plain ONNX model is its own native form, whoever saved it.
std::vector<store::NativeForm> NativeForms(const store::ModelInfo& model);

// Makes backends; opens each runtime plugin once. `loop` and `metrics` must outlive what it makes.
// Belongs to the loop, and outlives what it loads.
class BackendLoader {
 public:
  // `instances`: threads of each signature that does not run on the loop.
  BackendLoader(Loop& loop, observe::MetricRegistry& metrics, size_t instances)
      : loop_(loop), metrics_(metrics), instances_(instances) {}

  // Loads and warms up, which is slow and holds the loop. `name` is for messages and metrics:
  // "iris_clf:v1.predict". `instances` go over the loader's own; 0: no others.
  Result<Backend> Load(const store::ModelInfo& model, const store::NativeForm& form,
                       const std::string& name, batch::BatchPolicy::Options batching,
                       size_t instances = 0);

  // The same on a thread of its own; one that somebody still has for the same model, form, name,
  // batching and instances is shared. REQUIRES: the loop runs until the answer is there
  Task<Result<std::shared_ptr<Backend>>> Share(store::ModelInfo model, store::NativeForm form,
                                               std::string name,
                                               batch::BatchPolicy::Options batching,
                                               size_t instances = 0);

  // How many have been loaded so far.
  size_t loads() const { return loads_; }

 private:
  using LoadRunner = std::function<Result<std::unique_ptr<runner::Runner>>()>;

  Result<runtime::Runtime> RuntimeNamed(const std::string& name);
  // What loads the runner of `form`. On any thread, but on one at a time.
  Result<LoadRunner> Loading(const store::ModelInfo& model, const store::NativeForm& form,
                             const std::string& name, size_t instances);
  Backend Finish(std::unique_ptr<runner::Runner> runner, batch::BatchPolicy::Options batching);

  Loop& loop_;
  observe::MetricRegistry& metrics_;
  const size_t instances_;
  size_t loads_ = 0;
  std::map<std::string, runtime::Runtime> runtimes_;
  std::mutex one_at_a_time_;  // Among the threads that load.
  std::map<std::string, std::weak_ptr<Backend>> shared_;
};

// Where the batcher of the runner `name` counts.
batch::BatchMetrics BatchMetricsOf(const std::string& name, observe::MetricRegistry& metrics);

}  // namespace ekiben::service
