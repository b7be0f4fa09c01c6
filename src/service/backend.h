// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/status.h"
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
// Belongs to the loop.
class BackendLoader {
 public:
  // `instances`: threads of each signature that does not run on the loop.
  BackendLoader(Loop& loop, observe::MetricRegistry& metrics, size_t instances)
      : loop_(loop), metrics_(metrics), instances_(instances) {}

  // Loads and warms up, which is slow. `name` is for messages and metrics: "iris_clf:v1.predict".
  // `instances` go over the loader's own; 0: no others.
  Result<Backend> Load(const store::ModelInfo& model, const store::NativeForm& form,
                       const std::string& name, batch::BatchPolicy::Options batching,
                       size_t instances = 0);

  // The same, but one that somebody still has for the same model, form, name, batching and
  // instances is shared.
  Result<std::shared_ptr<Backend>> Share(const store::ModelInfo& model,
                                         const store::NativeForm& form, const std::string& name,
                                         batch::BatchPolicy::Options batching,
                                         size_t instances = 0);

  // How many have been loaded so far.
  size_t loads() const { return loads_; }

 private:
  Result<runtime::Runtime> RuntimeNamed(const std::string& name);
  Loop& loop_;
  observe::MetricRegistry& metrics_;
  const size_t instances_;
  size_t loads_ = 0;
  std::map<std::string, runtime::Runtime> runtimes_;
  std::map<std::string, std::weak_ptr<Backend>> shared_;
};

// Where the batcher of the runner `name` counts.
batch::BatchMetrics BatchMetricsOf(const std::string& name, observe::MetricRegistry& metrics);

}  // namespace ekiben::service
