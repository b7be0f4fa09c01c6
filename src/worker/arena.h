// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "base/file.h"
#include "base/status.h"

namespace ekiben::worker {

// Which blocks of a range are free: first fit, neighbours joined. Plain values, no memory.
class BlockList {
 public:
  explicit BlockList(uint64_t size) { free_.emplace(0, size); }

  // Where a block of `size` bytes (rounded up to whole pages) begins; nothing where none fits.
  std::optional<uint64_t> Take(uint64_t size);
  // False where no block that was taken begins there.
  bool Give(uint64_t offset);

  size_t taken() const { return taken_.size(); }

 private:
  std::map<uint64_t, uint64_t> free_;  // Offset to size.
  std::map<uint64_t, uint64_t> taken_;
};

// Memory that the engine shares with one worker: a file in memory, mapped by both. Pages cost
// nothing until they are first written.
class SharedMemory {
 public:
  // kFailedPrecondition where the system gives none.
  static Result<SharedMemory> Create(size_t size);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory();

  // For the worker to inherit.
  int fd() const { return fd_.get(); }
  std::span<std::byte> bytes() { return {static_cast<std::byte*>(address_), size_}; }
  std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(address_), size_};
  }

 private:
  SharedMemory(FileDescriptor fd, void* address, size_t size)
      : fd_(std::move(fd)), address_(address), size_(size) {}

  FileDescriptor fd_;
  void* address_;
  size_t size_;
};

}  // namespace ekiben::worker
