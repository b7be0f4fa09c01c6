// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace ekiben::service {

// One API of a service: a route, what it takes and what it gives.
struct ApiDescription {
  std::string name;   // "predict"
  std::string route;  // "/predict"
  std::string doc;
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
  bool batches = false;        // Rows of several requests may run together.
  std::string sample_request;  // JSON that the API accepts; empty where it would be long.
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

  // The document as JSON.
  std::string ToJson() const;
};

}  // namespace ekiben::service
