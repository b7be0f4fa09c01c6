// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "runtime/session.h"
#include "tensor/tensor.h"

namespace ekiben::runner {

// One signature of a model, placed for serving: `instances` callers may run it at the same time,
// over one shared session where the runtime allows that, else over a session each.
//
// Checks what a session is given and answers, and measures what a call costs. Knows no queue:
// batch/ decides what runs when. Run() may be called by several threads, but for one instance by
// one at a time.
class Runner {
 public:
  struct Options {
    std::string name;  // For messages and metrics: "iris_clf.predict".
    size_t instances = 1;
    // Whether rows of axis 0 may be joined with those of other requests.
    bool rows_independent = false;
    // Which inputs take NaN for "no value", by name.
    std::vector<std::string> missing;
  };

  // Makes a session, once or more.
  using Load = std::function<Result<std::unique_ptr<runtime::Session>>()>;

  // Loads the sessions and warms the first up. An error is that of `load`, with the name before it.
  static Result<std::unique_ptr<Runner>> Create(Options options, const Load& load);

  // Runs on `instance`, which is below instances(). The answer's outputs all have as many rows as
  // the inputs where rows are independent.
  Result<std::vector<Tensor>> Run(size_t instance, std::span<const Tensor> inputs);

  const std::string& name() const { return options_.name; }
  size_t instances() const { return options_.instances; }
  bool rows_independent() const { return options_.rows_independent; }
  const std::vector<TensorSpec>& inputs() const { return inputs_; }
  const std::vector<TensorSpec>& outputs() const { return sessions_.front()->outputs(); }

  // What a call of one row took once warm; nothing where the model refused the rows of zeros that
  // it was tried with, which says nothing about real ones.
  std::optional<Duration> cost() const { return cost_; }

 private:
  Runner(Options options, std::vector<std::unique_ptr<runtime::Session>> sessions);

  void WarmUp();

  Options options_;
  std::vector<std::unique_ptr<runtime::Session>> sessions_;  // One, or one an instance.
  std::vector<TensorSpec> inputs_;
  std::optional<Duration> cost_;
};

// One row of zeros (or empty strings) that fits `specs`; axes of any length have the length 1.
std::vector<Tensor> ZeroRow(std::span<const TensorSpec> specs);

}  // namespace ekiben::runner
