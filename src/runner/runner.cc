// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace ekiben::runner {
namespace {

// The first calls pay for memory and caches, and any may be held up: the fastest is what a call
// costs. A model that is slow anyway is not kept from serving for all of them.
constexpr int kWarmUpCalls = 8;
constexpr int kFewestCalls = 3;
constexpr auto kLongestWarmUp = std::chrono::milliseconds(200);

Tensor Zeros(const TensorSpec& spec) {
  Shape shape = spec.shape;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == Shape::kAny) shape[axis] = 1;
  }
  if (spec.type == DataType::kString) {
    const std::vector<std::string_view> empty(static_cast<size_t>(*shape.Elements()));
    return Tensor::OfStrings(shape, empty);
  }
  Tensor tensor(spec.type, shape);
  if (tensor.elements() > 0) std::memset(tensor.bytes().data(), 0, tensor.bytes().size());
  return tensor;
}

}  // namespace

std::vector<Tensor> ZeroRow(std::span<const TensorSpec> specs) {
  std::vector<Tensor> row;
  for (const TensorSpec& spec : specs) row.push_back(Zeros(spec));
  return row;
}

Result<std::unique_ptr<Runner>> Runner::Create(Options options, const Load& load) {
  std::vector<std::unique_ptr<runtime::Session>> sessions;
  do {
    auto session = load();
    if (!session) return Error(std::move(session).error().WithContext(options.name));
    sessions.push_back(*std::move(session));
  } while (!sessions.front()->concurrent() && sessions.size() < options.instances);
  std::unique_ptr<Runner> runner(new Runner(std::move(options), std::move(sessions)));
  runner->WarmUp();
  return runner;
}

Runner::Runner(Options options, std::vector<std::unique_ptr<runtime::Session>> sessions)
    : options_(std::move(options)),
      sessions_(std::move(sessions)),
      inputs_(sessions_.front()->inputs()) {
  for (TensorSpec& input : inputs_) {
    input.missing = std::ranges::find(options_.missing, input.name) != options_.missing.end();
  }
}

void Runner::WarmUp() {
  const std::vector<Tensor> row = ZeroRow(inputs_);
  const Time begin = Now();
  for (int call = 0; call < kWarmUpCalls; ++call) {
    if (call >= kFewestCalls && Now() - begin > kLongestWarmUp) return;
    const Time start = Now();
    if (!sessions_.front()->Run(row)) return;
    cost_ = std::min(cost_.value_or(Duration::max()), Now() - start);
  }
}

Result<std::vector<Tensor>> Runner::Run(size_t instance, std::span<const Tensor> inputs) {
  runtime::Session& session = *sessions_[sessions_.size() == 1 ? 0 : instance];
  auto outputs = session.Run(inputs);
  if (!outputs) return Error(std::move(outputs).error().WithContext(name()));
  if (!rows_independent()) return outputs;

  const int64_t rows = inputs.front().shape()[0];
  for (const Tensor& output : *outputs) {
    if (output.shape().rank() > 0 && output.shape()[0] == rows) continue;
    return Error(Internal(fmt::format("{}: {} rows gave an output of the shape {}", name(), rows,
                                      output.shape().ToString())));
  }
  return outputs;
}

}  // namespace ekiben::runner
