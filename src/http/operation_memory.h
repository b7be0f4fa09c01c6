// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <utility>

namespace ekiben::http {

// Room for what Asio has to remember of the one operation that a connection waits for, so that
// waiting allocates nothing. A second operation at the same time gets memory of its own.
class OperationMemory {
 public:
  OperationMemory() = default;
  OperationMemory(const OperationMemory&) = delete;
  OperationMemory& operator=(const OperationMemory&) = delete;

  void* Take(size_t bytes) {
    if (bytes > room_.size() || std::exchange(taken_, true)) return ::operator new(bytes);
    return room_.data();
  }
  void GiveBack(void* memory) {
    if (memory == room_.data()) {
      taken_ = false;
    } else {
      ::operator delete(memory);
    }
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 256> room_;
  bool taken_ = false;
};

// What Asio asks for memory. The OperationMemory outlives it.
template <typename T>
class OperationAllocator {
 public:
  using value_type = T;

  explicit OperationAllocator(OperationMemory& memory) : memory_(&memory) {}
  template <typename U>
  OperationAllocator(const OperationAllocator<U>& other) : memory_(other.memory_) {}

  T* allocate(size_t count) { return static_cast<T*>(memory_->Take(count * sizeof(T))); }
  void deallocate(T* memory, size_t) { memory_->GiveBack(memory); }
  bool operator==(const OperationAllocator&) const = default;

 private:
  template <typename U>
  friend class OperationAllocator;

  OperationMemory* memory_;
};

}  // namespace ekiben::http
