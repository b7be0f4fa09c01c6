// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.h"

#include <cassert>
#include <cstring>
#include <string>

#include <fmt/format.h>

namespace ekiben {
namespace {

size_t OffsetsSize(size_t elements) { return (elements + 1) * sizeof(uint64_t); }

// Checks that the offsets start at 0, never fall, and end where the buffer ends.
bool OffsetsAddUp(const Buffer& buffer, size_t elements) {
  if (elements > buffer.size() / sizeof(uint64_t) || buffer.size() < OffsetsSize(elements)) {
    return false;
  }
  const auto* offsets = reinterpret_cast<const uint64_t*>(buffer.data());
  if (offsets[0] != 0) return false;
  for (size_t i = 0; i < elements; ++i) {
    if (offsets[i + 1] < offsets[i]) return false;
  }
  return offsets[elements] == buffer.size() - OffsetsSize(elements);
}

int64_t ElementsPerRow(const Tensor& tensor) {
  int64_t product = 1;
  for (const int64_t axis : tensor.shape().axes().subspan(1)) product *= axis;
  return product;
}

}  // namespace

Tensor::Tensor(DataType type, const Shape& shape)
    : type_(type), shape_(shape), elements_(static_cast<size_t>(*shape.Elements())) {
  assert(type != DataType::kString);
  buffer_ = Buffer(elements_ * ElementSize(type));
}

Result<Tensor> Tensor::FromBuffer(DataType type, const Shape& shape, Buffer buffer) {
  const std::optional<int64_t> elements = shape.Elements();
  if (!elements) {
    return Error(InvalidArgument(fmt::format("no tensor has the shape {}", shape.ToString())));
  }
  Tensor tensor;
  tensor.type_ = type;
  tensor.shape_ = shape;
  tensor.elements_ = static_cast<size_t>(*elements);
  const size_t size = ElementSize(type);
  const bool fits = type == DataType::kString
                        ? OffsetsAddUp(buffer, tensor.elements_)
                        : buffer.size() % size == 0 && buffer.size() / size == tensor.elements_;
  if (!fits) {
    return Error(InvalidArgument(fmt::format("{} bytes are not a tensor of {}{}", buffer.size(),
                                             DataTypeName(type), shape.ToString())));
  }
  tensor.buffer_ = std::move(buffer);
  return tensor;
}

Tensor Tensor::OfStrings(const Shape& shape, std::span<const std::string_view> strings) {
  size_t size = OffsetsSize(strings.size());
  for (const std::string_view text : strings) size += text.size();
  Buffer buffer(size);
  auto* offsets = reinterpret_cast<uint64_t*>(buffer.data());
  std::byte* const first = buffer.data() + OffsetsSize(strings.size());
  offsets[0] = 0;
  for (size_t i = 0; i < strings.size(); ++i) {
    std::memcpy(first + offsets[i], strings[i].data(), strings[i].size());
    offsets[i + 1] = offsets[i] + strings[i].size();
  }
  Tensor tensor;
  tensor.type_ = DataType::kString;
  tensor.shape_ = shape;
  tensor.elements_ = strings.size();
  tensor.buffer_ = std::move(buffer);
  return tensor;
}

std::string_view Tensor::StringAt(size_t index) const {
  assert(type_ == DataType::kString && index < elements_);
  const auto* offsets = reinterpret_cast<const uint64_t*>(buffer_.data());
  const auto* first = reinterpret_cast<const char*>(buffer_.data()) + OffsetsSize(elements_);
  return {first + offsets[index], offsets[index + 1] - offsets[index]};
}

Tensor Tensor::Clone() const {
  Tensor copy;
  copy.type_ = type_;
  copy.shape_ = shape_;
  copy.elements_ = elements_;
  copy.buffer_ = Buffer(buffer_.size());
  if (buffer_.size() > 0) std::memcpy(copy.buffer_.data(), buffer_.data(), buffer_.size());
  return copy;
}

Tensor SliceRows(const Tensor& tensor, int64_t from, int64_t rows) {
  const auto per_row = static_cast<size_t>(ElementsPerRow(tensor));
  const size_t first = static_cast<size_t>(from) * per_row;
  const size_t count = static_cast<size_t>(rows) * per_row;
  Shape shape = tensor.shape();
  shape[0] = rows;
  if (tensor.type() == DataType::kString) {
    std::vector<std::string_view> strings(count);
    for (size_t i = 0; i < count; ++i) strings[i] = tensor.StringAt(first + i);
    return Tensor::OfStrings(shape, strings);
  }
  Tensor slice(tensor.type(), shape);
  const size_t size = ElementSize(tensor.type());
  if (count > 0) {
    std::memcpy(slice.bytes().data(), tensor.bytes().data() + first * size, count * size);
  }
  return slice;
}

Tensor ConcatRows(std::span<const Tensor* const> tensors) {
  Shape shape = tensors.front()->shape();
  shape[0] = 0;
  for (const Tensor* tensor : tensors) shape[0] += tensor->shape()[0];
  if (tensors.front()->type() == DataType::kString) {
    std::vector<std::string_view> strings;
    for (const Tensor* tensor : tensors) {
      for (size_t i = 0; i < tensor->elements(); ++i) strings.push_back(tensor->StringAt(i));
    }
    return Tensor::OfStrings(shape, strings);
  }
  Tensor joined(tensors.front()->type(), shape);
  std::byte* next = joined.bytes().data();
  for (const Tensor* tensor : tensors) {
    const std::span<const std::byte> bytes = tensor->bytes();
    if (!bytes.empty()) std::memcpy(next, bytes.data(), bytes.size());
    next += bytes.size();
  }
  return joined;
}

}  // namespace ekiben
