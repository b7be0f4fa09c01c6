// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <optional>
#include <span>
#include <vector>

#include "base/parked.h"
#include "batch/batcher.h"

namespace ekiben::batch {

// A request that waits for its turn. Lies in the frame of the coroutine that waits, so it neither
// moves nor ends before it was answered and resumed.
struct Waiting {
  Waiting(std::vector<Tensor> tensors, Call its_call);

  std::vector<Tensor> inputs;
  Call call;
  int64_t rows;  // Of axis 0; 1 where there is none.
  std::optional<Result<std::vector<Tensor>>> answer;
  std::coroutine_handle<> waiter;
};

// Whether the rows of both fit into one batch: each has as many of one input as of another, and all
// axes but the first agree. Else rows of one request would meet those of its neighbour.
bool CanJoin(const Waiting& a, const Waiting& b);

// Runs the requests as one batch on `instance` and answers each. Where a batch of several fails,
// each is run alone, so that a bad one does not fail the others.
// REQUIRES: one or more, which can be joined; with more than one, the runner's rows are
// independent.
void RunTogether(runner::Runner& runner, size_t instance, std::span<Waiting* const> batch);

}  // namespace ekiben::batch
