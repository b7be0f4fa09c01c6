// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "base/status.h"
#include "tensor/tensor.h"

namespace ekiben::runtime {

// A model loaded in a runtime: tensors in, tensors out, nothing of queues or HTTP.
//
// Run() may be called by several threads at once where concurrent() says so, else by one at a time.
class Session {
 public:
  virtual ~Session() = default;

  // What the artefact declares. The shape of an output is a hint: converters get it wrong.
  virtual const std::vector<TensorSpec>& inputs() const = 0;
  virtual const std::vector<TensorSpec>& outputs() const = 0;
  virtual bool concurrent() const = 0;

  // Runs one batch. `inputs` are in the order and of the dtypes of inputs(); the answer is in the
  // order of outputs(). kInvalidArgument where the tensors do not fit inputs() or, as the
  // runtime finds when it runs, each other; kInternal, with the runtime's words, where it fails.
  virtual Result<std::vector<Tensor>> Run(std::span<const Tensor> inputs) = 0;
};

}  // namespace ekiben::runtime
