// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "service/backend.h"
#include "service/service_description.h"

namespace ekiben::service {

// Named APIs over runners: what the routes call.
//
// Owns its runners and batchers. Call() belongs to the loop. The service outlives its calls.
class Service {
 public:
  // REQUIRES: as many backends as description.apis, in its order.
  Service(ServiceDescription description, std::vector<Backend> backends)
      : description_(std::move(description)), backends_(std::move(backends)) {}

  const ServiceDescription& description() const { return description_; }

  // Whether the API's model runs on the loop's thread.
  bool RunsOnLoop(size_t api) const { return batch::RunsOnLoop(*backends_[api].runner); }

  // Answers one request to description().apis[api]. kInvalidArgument where inputs that go together
  // row by row have different numbers of rows.
  Task<Result<std::vector<Tensor>>> Call(size_t api, std::vector<Tensor> inputs, batch::Call call);

 private:
  const ServiceDescription description_;
  const std::vector<Backend> backends_;
};

}  // namespace ekiben::service
