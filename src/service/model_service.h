// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/loop.h"
#include "base/status.h"
#include "batch/batch_policy.h"
#include "observe/metrics.h"
#include "service/service.h"
#include "store/model_info.h"

namespace ekiben::service {

struct ModelServiceOptions {
  size_t instances = 1;  // Threads of each signature that does not run on the loop.
  batch::BatchPolicy::Options batching;
};

// Makes the service of a model without a service file: each signature that has a native form is an
// API of its name (POST /predict). Loads and warms up the models, which is slow.
//
// kFailedPrecondition where no signature has a native form, a runtime is missing, or a file does
// not load. `loop` and `metrics` must outlive the service.
Result<std::unique_ptr<Service>> LoadModelService(const store::ModelInfo& model,
                                                  const ModelServiceOptions& options, Loop& loop,
                                                  observe::MetricRegistry& metrics);

}  // namespace ekiben::service
