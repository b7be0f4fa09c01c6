// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "service/api_failure.h"
#include "tensor/value.h"

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

}  // namespace ekiben::service
