// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "worker/frame.h"
#include "worker/wire_value.h"

// Any bytes as a worker's stream of frames. What is read must be read again, byte for byte, from
// what is written of it.
namespace ekiben::worker {
namespace {

constexpr std::array<std::byte, 4096> kShared{};

void CheckArguments(std::string_view payload) {
  const auto arguments = ValueReader(payload, {.bytes = kShared}).ReadArguments();
  if (!arguments) return;
  std::string written, again;
  AppendArguments(written, *arguments, nullptr);
  const auto read = ValueReader(written, {}).ReadArguments();
  if (!read) std::abort();
  AppendArguments(again, *read, nullptr);
  if (written != again) std::abort();
}

void ReadAll(std::string_view bytes, size_t step) {
  FrameReader reader(1 << 20);
  while (!bytes.empty()) {
    const size_t size = std::min(step, bytes.size());
    std::ranges::copy(bytes.substr(0, size), reader.Space(size));
    reader.Added(size);
    bytes.remove_prefix(size);
    while (true) {
      const auto frame = reader.Next();
      if (!frame) return;
      if (!*frame) break;
      CheckArguments((*frame)->payload);
    }
  }
}

}  // namespace
}  // namespace ekiben::worker

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  ekiben::worker::ReadAll({reinterpret_cast<const char*>(data) + 1, size - 1}, size_t{1} + data[0]);
  return 0;
}
