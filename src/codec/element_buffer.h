// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "tensor/tensor.h"

namespace ekiben::codec {

// The elements of a tensor whose length is not known yet: a buffer that grows. Where it was given
// the right length from the start it becomes the tensor without a copy.
//
// Knows nothing of shapes. Not thread-safe.
class ElementBuffer {
 public:
  // Room for `expected` elements, though never for more than `most`.
  ElementBuffer(DataType type, size_t expected, size_t most);

  // False where there are `most` elements already. REQUIRES: T is the type of the elements.
  template <typename T>
  bool Push(T value) {
    if (next_ == end_ && !Grow()) [[unlikely]]
      return false;
    std::memcpy(next_, &value, sizeof(T));
    next_ += sizeof(T);
    return true;
  }

  // A string is appended piece by piece, then ended. REQUIRES: the type is kString.
  void AppendText(std::string_view piece) { text_.append(piece); }
  bool EndString() { return Push<uint64_t>(text_.size()); }

  size_t size() const { return static_cast<size_t>(next_ - buffer_.data()) / element_size_; }

  // REQUIRES: `shape` has size() elements
  Tensor Finish(const Shape& shape) &&;

 private:
  bool Grow();

  DataType type_;
  size_t element_size_;  // Of strings, that of the offset of their end.
  size_t most_;
  Buffer buffer_;
  std::byte* next_;
  std::byte* end_;
  std::string text_;
};

}  // namespace ekiben::codec
