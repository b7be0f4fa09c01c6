// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "service/io_descriptor.h"
#include "tensor/tensor.h"

namespace ekiben::service {

// How an API's function in Python is called.
enum class ApiMode { kSync, kAsync, kStream, kAsyncStream };

// One API of a service: a route, what it takes and what it gives. Of a model it has tensors under
// names, of a function in Python the descriptors `input` and `output`.
struct ApiDescription {
  std::string name;   // "predict"
  std::string route;  // "/predict"
  std::string doc;
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
  std::vector<std::string> unused;  // Columns that may come beside the inputs and are not read.
  bool batches = false;             // Rows of several requests may run together.
  std::string sample_request;       // JSON that the API accepts; empty where it would be long.

  ApiMode mode = ApiMode::kSync;
  bool wants_context = false;  // The function takes the request's context too.
  std::optional<IoDescriptor> input;
  std::optional<IoDescriptor> output;

  bool streams() const { return mode == ApiMode::kStream || mode == ApiMode::kAsyncStream; }
};

// One method of a runner.
struct MethodDescription {
  std::string name;
  bool batchable = false;
  int64_t input_batch_dim = 0;
  int64_t output_batch_dim = 0;
  std::optional<int64_t> max_batch_size;  // Nothing: as the configuration says.
  std::optional<double> max_latency_ms;
  bool native = false;  // The engine runs it itself, by the model's native form.
};

// What a runner was configured with. Where there is nothing, the engine's own options hold.
struct RunnerSettings {
  bool batching = true;
  std::optional<int64_t> max_batch_size;
  std::optional<double> max_latency_ms;
  std::optional<double> timeout_s;         // Of a call, and of a batch of a worker.
  std::optional<int64_t> max_concurrency;  // Calls at a time; more are refused.
  std::optional<int64_t> threads;          // Of a native method that does not run on the loop.
  std::vector<int64_t> cores;              // The only ones that its workers run on; none: all.
  std::optional<int64_t> memory;           // Bytes that its workers may take together.
};

// A runner that a service in Python lists: a model, or a Runnable of the user's own.
struct RunnerDescription {
  std::string name;
  std::vector<std::string> models;  // Tags.
  std::string module;               // The framework that saved the model; empty for a Runnable.
  std::string runnable;             // "package.module:Class"
  std::vector<std::string> resources;
  bool multi_threading = false;  // One worker may use several cores.
  bool embedded = false;         // Runs inside the API workers.
  // The environment of each worker, which is how many there are.
  std::vector<std::vector<std::pair<std::string, std::string>>> workers;
  std::vector<MethodDescription> methods;
  RunnerSettings settings;
};

// A web application in Python that answers below a path.
struct MountDescription {
  std::string path;
  std::string kind;  // "asgi" or "wsgi"
};

// How many functions in Python are to be called at each point of a service's life.
struct HookCounts {
  int64_t startup = 0;
  int64_t shutdown = 0;
  int64_t deployment = 0;
};

// A signature that has no API, and why.
struct Unserved {
  std::string name;
  std::string reason;
};

// What a service offers: every loader makes one, and routes, documentation and start lines are all
// derived from it. A value.
struct ServiceDescription {
  std::string name;
  std::string version;
  std::vector<ApiDescription> apis;
  std::vector<Unserved> unserved;

  std::string doc;
  std::vector<RunnerDescription> runners;
  std::vector<std::string> models;  // Tags, those of runners too.
  HookCounts hooks;
  std::vector<MountDescription> mounts;
  int64_t middleware = 0;  // How many layers of ASGI middleware.

  // Of a service that is to be loaded anew when it changes: which files it is packed from, where a
  // bentofile says that, and names of models whose newest version it asked for.
  struct Packed {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
  };
  std::optional<Packed> packed;
  std::vector<std::string> newest;

  // The document as JSON; that of a service in Python is what ParseServiceDescription() reads.
  std::string ToJson() const;
};

// The description that a worker gives of the service it has imported. It is not trusted: bounded,
// every value checked, two APIs on one route refused. Every error is kInvalidArgument and says
// which key ("apis[1].route: …"), which is also its field().
Result<ServiceDescription> ParseServiceDescription(std::string_view json);

}  // namespace ekiben::service
