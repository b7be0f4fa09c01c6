// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace ekiben {

// Owned bytes, aligned for vector instructions, not initialised. Moved, never copied.
class Buffer {
 public:
  static constexpr size_t kAlignment = 64;

  Buffer() = default;
  explicit Buffer(size_t size) : bytes_(Allocate(size)), size_(size) {}
  Buffer(Buffer&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const {
      ::operator delete(bytes - std::to_integer<size_t>(bytes[-1]));
    }
  };
  using Bytes = std::unique_ptr<std::byte, Free>;

  // Aligned by hand, with the distance to the true begin in the byte before: the aligned operator
  // new goes past malloc's caches and takes four times as long for a small buffer.
  static Bytes Allocate(size_t size) {
    auto* const begin = static_cast<std::byte*>(::operator new(size + kAlignment));
    const size_t distance = kAlignment - reinterpret_cast<uintptr_t>(begin) % kAlignment;
    begin[distance - 1] = static_cast<std::byte>(distance);
    return Bytes(begin + distance);
  }

  Bytes bytes_;
  size_t size_ = 0;
};

}  // namespace ekiben
