// SPDX-License-Identifier: Apache-2.0
#include "base/frame_memory.h"

#include <array>
#include <cstdint>
#include <new>

namespace ekiben {

// gcc says it by a macro, clang by a feature. The sanitizer sees the use of a frame that has ended
// only where its memory is not used again.
#if defined(__SANITIZE_ADDRESS__)
#define EKIBEN_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EKIBEN_ADDRESS_SANITIZER
#endif
#endif
#ifdef EKIBEN_ADDRESS_SANITIZER

void* FrameMemory::Take(size_t bytes) { return ::operator new(bytes); }
void FrameMemory::GiveBack(void* frame, size_t) { ::operator delete(frame); }

#else

namespace {

constexpr size_t kStep = 64, kSizes = 16;  // Frames of up to 1 KiB, the size rounded up.
constexpr uint32_t kMost = 256;            // Kept of each size: as many as a busy tick has.

struct Kept {
  Kept* next;
};

struct Lists {
  std::array<Kept*, kSizes> first{};
  std::array<uint32_t, kSizes> count{};

  ~Lists() {
    for (Kept* each : first) {
      while (each != nullptr) {
        Kept* const next = each->next;
        ::operator delete(each);
        each = next;
      }
    }
  }
};

thread_local constinit Lists lists;

}  // namespace

void* FrameMemory::Take(size_t bytes) {
  const size_t size = (bytes - 1) / kStep;
  if (size >= kSizes) return ::operator new(bytes);
  Kept* const kept = lists.first[size];
  if (kept == nullptr) return ::operator new((size + 1) * kStep);
  lists.first[size] = kept->next;
  --lists.count[size];
  return kept;
}

void FrameMemory::GiveBack(void* frame, size_t bytes) {
  const size_t size = (bytes - 1) / kStep;
  if (size >= kSizes || lists.count[size] == kMost) {
    ::operator delete(frame);
    return;
  }
  lists.first[size] = new (frame) Kept{lists.first[size]};
  ++lists.count[size];
}

#endif

}  // namespace ekiben
