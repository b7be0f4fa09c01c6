// SPDX-License-Identifier: Apache-2.0
#include "runtime/plugin_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace ekiben::runtime {
namespace {

constexpr size_t kErrorSize = 1024;

static_assert(static_cast<int32_t>(DataType::kString) == EKIBEN_STRING);
static_assert(Shape::kMaxRank == EKIBEN_MAX_RANK);

using DescribeFunction = void (*)(const ekiben_session*, size_t, ekiben_tensor_spec*);

std::vector<TensorSpec> Describe(const ekiben_session* session, size_t count,
                                 DescribeFunction describe) {
  std::vector<TensorSpec> specs;
  for (size_t i = 0; i < count; ++i) {
    ekiben_tensor_spec spec{};
    describe(session, i, &spec);
    const auto rank = static_cast<size_t>(std::max(spec.rank, 0));
    specs.push_back({.name = spec.name,
                     .type = static_cast<DataType>(spec.dtype),
                     .shape = Shape(std::span(spec.shape, std::min(rank, Shape::kMaxRank))),
                     .any_rank = spec.rank < 0});
  }
  return specs;
}

// What a plugin is told of a tensor. It does not write to inputs, which C has no way to say here.
ekiben_tensor View(const Tensor& tensor) {
  ekiben_tensor view{};
  view.dtype = static_cast<int32_t>(tensor.type());
  view.rank = static_cast<int32_t>(tensor.shape().rank());
  std::ranges::copy(tensor.shape().axes(), view.shape);
  view.data = const_cast<std::byte*>(tensor.bytes().data());
  view.bytes = tensor.bytes().size();
  return view;
}

void* Allocate(void* context, size_t output, size_t bytes) {
  auto& buffers = *static_cast<std::vector<Buffer>*>(context);
  if (output >= buffers.size()) return nullptr;
  buffers[output] = Buffer(bytes);
  return buffers[output].data();
}

Result<Tensor> Take(const ekiben_tensor& view, Buffer buffer) {
  const bool known = view.dtype >= EKIBEN_BOOL && view.dtype <= EKIBEN_STRING;
  if (!known || view.rank < 0 || view.rank > EKIBEN_MAX_RANK || view.data != buffer.data()) {
    return Error(Internal("the runtime gave an output that is not a tensor"));
  }
  const Shape shape(std::span(view.shape, static_cast<size_t>(view.rank)));
  Result<Tensor> tensor =
      Tensor::FromBuffer(static_cast<DataType>(view.dtype), shape, std::move(buffer));
  if (!tensor) return Error(Internal(tensor.error().message()));
  return tensor;
}

}  // namespace

PluginSession::PluginSession(const ekiben_runtime* table, ekiben_session* session)
    : table_(table),
      session_(session),
      inputs_(Describe(session, table->input_count(session), table->input_spec)),
      outputs_(Describe(session, table->output_count(session), table->output_spec)) {}

Status PluginSession::CheckInputs(std::span<const Tensor> inputs) const {
  if (inputs.size() != inputs_.size()) {
    return InvalidArgument(
        fmt::format("expected {} inputs, got {}", inputs_.size(), inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].type() == inputs_[i].type) continue;
    return InvalidArgument(fmt::format("input '{}': expected {}, got {}", inputs_[i].name,
                                       DataTypeName(inputs_[i].type),
                                       DataTypeName(inputs[i].type())));
  }
  return {};
}

Result<std::vector<Tensor>> PluginSession::Run(std::span<const Tensor> inputs) {
  if (Status checked = CheckInputs(inputs); !checked.ok()) return Error(std::move(checked));

  std::vector<ekiben_tensor> given(inputs.size()), got(outputs_.size());
  std::ranges::transform(inputs, given.begin(), View);
  std::vector<Buffer> buffers(outputs_.size());
  const ekiben_host host{.size = sizeof(ekiben_host), .context = &buffers, .allocate = Allocate};
  std::array<char, kErrorSize> error;
  error[0] = '\0';
  const int code = table_->run(session_, &host, given.data(), given.size(), got.data(), got.size(),
                               error.data(), error.size());
  if (code == EKIBEN_INPUTS_DO_NOT_FIT) return Error(InvalidArgument(error.data()));
  if (code != EKIBEN_OK) return Error(Internal(error.data()));

  std::vector<Tensor> outputs;
  outputs.reserve(got.size());
  for (size_t i = 0; i < got.size(); ++i) {
    Result<Tensor> tensor = Take(got[i], std::move(buffers[i]));
    if (!tensor) return Error(std::move(tensor).error());
    outputs.push_back(*std::move(tensor));
  }
  return outputs;
}

}  // namespace ekiben::runtime
