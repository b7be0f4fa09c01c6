// SPDX-License-Identifier: Apache-2.0
#include "batch/waiting.h"

#include <algorithm>
#include <utility>

namespace ekiben::batch {
namespace {

int64_t RowsOf(std::span<const Tensor> inputs) {
  return inputs.empty() || inputs.front().shape().rank() == 0 ? 1 : inputs.front().shape()[0];
}

bool HasWholeRows(const Waiting& waiting) {
  return std::ranges::all_of(waiting.inputs, [&](const Tensor& input) {
    return input.shape().rank() > 0 && input.shape()[0] == waiting.rows;
  });
}

std::vector<Tensor> Join(std::span<Waiting* const> batch) {
  std::vector<Tensor> joined;
  std::vector<const Tensor*> parts(batch.size());
  for (size_t input = 0; input < batch.front()->inputs.size(); ++input) {
    std::ranges::transform(batch, parts.begin(),
                           [&](const Waiting* waiting) { return &waiting->inputs[input]; });
    joined.push_back(ConcatRows(parts));
  }
  return joined;
}

void Split(const std::vector<Tensor>& outputs, std::span<Waiting* const> batch) {
  int64_t row = 0;
  for (Waiting* waiting : batch) {
    std::vector<Tensor> own;
    own.reserve(outputs.size());
    for (const Tensor& output : outputs) own.push_back(SliceRows(output, row, waiting->rows));
    waiting->answer.emplace(std::move(own));
    row += waiting->rows;
  }
}

}  // namespace

Waiting::Waiting(std::vector<Tensor> tensors, Call its_call)
    : inputs(std::move(tensors)), call(its_call), rows(RowsOf(inputs)) {}

bool CanJoin(const Waiting& a, const Waiting& b) {
  if (!HasWholeRows(a) || !HasWholeRows(b)) return false;
  return std::ranges::equal(a.inputs, b.inputs, [](const Tensor& left, const Tensor& right) {
    return left.shape().rank() == right.shape().rank() &&
           std::ranges::equal(left.shape().axes().subspan(1), right.shape().axes().subspan(1));
  });
}

void RunTogether(runner::Runner& runner, size_t instance, std::span<Waiting* const> batch) {
  if (batch.size() > 1) {
    if (const auto outputs = runner.Run(instance, Join(batch)); outputs) {
      Split(*outputs, batch);
      return;
    }
  }
  for (Waiting* waiting : batch) waiting->answer.emplace(runner.Run(instance, waiting->inputs));
}

}  // namespace ekiben::batch
