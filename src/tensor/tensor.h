// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tensor/buffer.h"
#include "tensor/data_type.h"
#include "tensor/shape.h"

namespace ekiben {

// Numbers or strings in one contiguous, row-major buffer: the currency between folders.
//
// A tensor of strings holds n + 1 offsets (uint64, the first 0) and then the bytes of the strings
// one after the other; string i lies between offset i and offset i + 1 (Arrow's layout). So every
// tensor is one buffer that can be copied or passed on without knowing what is in it.
//
// Owns its buffer. Moved, never copied by accident: Clone() copies.
class Tensor {
 public:
  Tensor() = default;

  // A tensor of numbers, not initialised.
  // REQUIRES: type != kString, shape.Elements() has a value
  Tensor(DataType type, const Shape& shape);

  // Takes over a buffer in the layout above. Fails unless it has the size that `type` and `shape`
  // ask for, or where the offsets of strings do not add up.
  static Result<Tensor> FromBuffer(DataType type, const Shape& shape, Buffer buffer);

  static Tensor OfStrings(const Shape& shape, std::span<const std::string_view> strings);

  // Copies `values`. REQUIRES: as many values as `shape` has elements.
  template <typename T>
  static Tensor Of(DataType type, const Shape& shape, std::span<const T> values);

  DataType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  size_t elements() const { return elements_; }
  std::span<const std::byte> bytes() const { return {buffer_.data(), buffer_.size()}; }
  std::span<std::byte> bytes() { return {buffer_.data(), buffer_.size()}; }

  // The elements. REQUIRES: T is the type of the elements, and not a string.
  template <typename T>
  std::span<const T> As() const {
    return {reinterpret_cast<const T*>(buffer_.data()), elements_};
  }
  template <typename T>
  std::span<T> As() {
    return {reinterpret_cast<T*>(buffer_.data()), elements_};
  }

  // REQUIRES: type() == kString, index < elements()
  std::string_view StringAt(size_t index) const;

  // The same elements under another shape. REQUIRES: as many elements.
  void Reshape(const Shape& shape) { shape_ = shape; }

  Tensor Clone() const;

 private:
  DataType type_ = DataType::kFloat32;
  Shape shape_;
  size_t elements_ = 0;
  Buffer buffer_;
};

// What a signature takes or gives.
struct TensorSpec {
  std::string name;
  DataType type = DataType::kFloat32;
  Shape shape;            // -1: any length.
  bool any_rank = false;  // Nothing is known of the shape, which then says nothing.
  bool missing = false;   // NaN stands for "no value".
};

// The rows `from` … `from + rows` along axis 0, copied.
// REQUIRES: tensor.shape().rank() > 0, from + rows <= tensor.shape()[0]
Tensor SliceRows(const Tensor& tensor, int64_t from, int64_t rows);

// Joins tensors along axis 0. REQUIRES: one or more, equal in type and in all other axes.
Tensor ConcatRows(std::span<const Tensor* const> tensors);

template <typename T>
Tensor Tensor::Of(DataType type, const Shape& shape, std::span<const T> values) {
  Tensor tensor(type, shape);
  std::ranges::copy(values, tensor.As<T>().begin());
  return tensor;
}

}  // namespace ekiben
