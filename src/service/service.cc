// SPDX-License-Identifier: Apache-2.0
#include "service/service.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace ekiben::service {
namespace {

bool IsColumn(const TensorSpec& spec) {
  return !spec.any_rank && spec.shape == Shape({Shape::kAny, 1});
}

// Whether every input has one entry a row: what can be batched, and tables.
bool GoesByRows(const ApiDescription& api) {
  return api.inputs.size() > 1 && (api.batches || std::ranges::all_of(api.inputs, IsColumn));
}

// Whether all inputs have as many rows as the first one.
Status CheckRows(const ApiDescription& api, std::span<const Tensor> inputs) {
  if (!GoesByRows(api)) return {};
  const auto rows = [](const Tensor& input) {
    return input.shape().rank() > 0 ? input.shape()[0] : 0;
  };
  for (size_t i = 1; i < inputs.size(); ++i) {
    if (rows(inputs[i]) == rows(inputs[0])) continue;
    return InvalidArgument(fmt::format("'{}' has {} rows, but '{}' has {}", api.inputs[0].name,
                                       rows(inputs[0]), api.inputs[i].name, rows(inputs[i])));
  }
  return {};
}

Task<Result<std::vector<Tensor>>> Refused(Status status) { co_return Error(std::move(status)); }

}  // namespace

Task<Result<std::vector<Tensor>>> Service::Call(size_t api, std::vector<Tensor> inputs,
                                                batch::Call call) {
  Status checked = CheckRows(description_.apis[api], inputs);
  if (!checked.ok()) return Refused(std::move(checked));
  return backends_[api].batcher->Infer(std::move(inputs), call);
}

}  // namespace ekiben::service
