// SPDX-License-Identifier: Apache-2.0
#include "worker/arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace ekiben::worker {
namespace {

constexpr uint64_t kPage = 4096;

Status NoMemory(std::string_view what) {
  return FailedPrecondition(
      fmt::format("cannot share memory with a worker: {}: {}", what, std::strerror(errno)));
}

}  // namespace

std::optional<uint64_t> BlockList::Take(uint64_t size) {
  size = std::max<uint64_t>(1, (size + kPage - 1) / kPage) * kPage;
  for (auto block = free_.begin(); block != free_.end(); ++block) {
    const auto [offset, length] = *block;
    if (length < size) continue;
    free_.erase(block);
    if (length > size) free_.emplace(offset + size, length - size);
    taken_.emplace(offset, size);
    return offset;
  }
  return std::nullopt;
}

bool BlockList::Give(uint64_t offset) {
  const auto found = taken_.find(offset);
  if (found == taken_.end()) return false;
  auto block = free_.emplace(offset, found->second).first;
  taken_.erase(found);
  if (const auto next = std::next(block);
      next != free_.end() && block->first + block->second == next->first) {
    block->second += next->second;
    free_.erase(next);
  }
  if (block == free_.begin()) return true;
  if (const auto before = std::prev(block); before->first + before->second == block->first) {
    before->second += block->second;
    free_.erase(block);
  }
  return true;
}

Result<SharedMemory> SharedMemory::Create(size_t size) {
  FileDescriptor fd(memfd_create("ekiben-worker", MFD_CLOEXEC));
  if (!fd.valid()) return Error(NoMemory("memfd_create"));
  if (ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return Error(NoMemory("ftruncate"));
  void* const address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (address == MAP_FAILED) return Error(NoMemory("mmap"));
  return SharedMemory(std::move(fd), address, size);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : fd_(std::move(other.fd_)),
      address_(std::exchange(other.address_, nullptr)),
      size_(other.size_) {}

SharedMemory::~SharedMemory() {
  if (address_ != nullptr) munmap(address_, size_);
}

}  // namespace ekiben::worker
