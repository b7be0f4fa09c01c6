// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include <ekiben/runtime_abi.h>

namespace ekiben::onnx {

// The shape that an output had. `known` is false where it has to be asked for after each run.
struct OutputShape {
  bool known = false;
  int32_t rank = 0;
  size_t bytes = 0;
  std::array<int64_t, EKIBEN_MAX_RANK> axes{};
};

// Remembers which shapes the outputs had for inputs of given shapes, so that the next such run can
// write where its outputs are wanted, rather than have them copied. What a graph declares of its
// outputs is not used, since converters get it wrong.
//
// An expectation, not a promise: who uses it has to notice where it does not hold (for outputs
// whose shape depends on the data) and then calls GiveUp(). Thread-safe.
class ShapeMemory {
 public:
  // What was learned for inputs of these shapes, or nullptr. Lives as long as this object.
  const std::vector<OutputShape>* Expected(std::span<const ekiben_tensor> inputs) const;

  // Keeps the first answer for each shape, up to a number of shapes.
  void Learn(std::span<const ekiben_tensor> inputs, std::vector<OutputShape> outputs);

  // From now on nothing is expected.
  void GiveUp() { given_up_ = true; }

 private:
  std::atomic<bool> given_up_ = false;
  mutable std::shared_mutex mutex_;
  // By the hash of the inputs' shapes: two shapes with one hash are an expectation that fails.
  std::unordered_map<uint64_t, std::vector<OutputShape>> learned_;
};

}  // namespace ekiben::onnx
