// SPDX-License-Identifier: Apache-2.0
#include "codec/element_buffer.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace ekiben::codec {
namespace {

constexpr size_t kFirstGrowth = 16;

}  // namespace

ElementBuffer::ElementBuffer(DataType type, size_t expected, size_t most)
    : type_(type),
      element_size_(type == DataType::kString ? sizeof(uint64_t) : ElementSize(type)),
      most_(most),
      buffer_(std::min(expected, most) * element_size_),
      next_(buffer_.data()),
      end_(next_ + buffer_.size()) {}

bool ElementBuffer::Grow() {
  const size_t count = size();
  if (count >= most_) return false;
  Buffer larger(std::min(most_, std::max(kFirstGrowth, count * 2)) * element_size_);
  const size_t used = count * element_size_;
  std::memcpy(larger.data(), buffer_.data(), used);
  buffer_ = std::move(larger);
  next_ = buffer_.data() + used;
  end_ = buffer_.data() + buffer_.size();
  return true;
}

Tensor ElementBuffer::Finish(const Shape& shape) && {
  const size_t used = static_cast<size_t>(next_ - buffer_.data());
  const size_t first_offset = type_ == DataType::kString ? sizeof(uint64_t) : 0;
  if (used != buffer_.size() || type_ == DataType::kString) {
    Buffer exact(first_offset + used + text_.size());
    std::memset(exact.data(), 0, first_offset);
    std::memcpy(exact.data() + first_offset, buffer_.data(), used);
    std::memcpy(exact.data() + first_offset + used, text_.data(), text_.size());
    buffer_ = std::move(exact);
  }
  Result<Tensor> tensor = Tensor::FromBuffer(type_, shape, std::move(buffer_));
  assert(tensor);
  return std::move(*tensor);
}

}  // namespace ekiben::codec
