// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "tensor/value.h"
#include "worker/arena.h"

namespace ekiben::worker {

// The values of the worker protocol (docs/formats/worker-protocol.md): each begins at a multiple of
// 8 with a kind, three small numbers and a count. Kinds from kFirstOpaque on are Python's own.
enum class WireKind : uint8_t { kNull, kTensor, kJson, kText, kBlob, kParts };
inline constexpr uint8_t kFirstOpaque = 16;

// A tensor of at least so many bytes goes through shared memory where there is room.
inline constexpr size_t kSharedFrom = 64 << 10;

// The arguments of a call of a runner's method.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

// The memory that one side writes and the other reads and gives back.
struct OutgoingMemory {
  std::span<std::byte> bytes;
  BlockList& blocks;
};

// Where a reader finds shared tensors, and where it notes the blocks that it has copied and that
// are to be given back.
struct IncomingMemory {
  std::span<const std::byte> bytes;
  std::vector<uint64_t>* read = nullptr;
};

// `memory` may be null: then everything is inline.
void AppendValue(std::string& out, const Value& value, OutgoingMemory* memory);
void AppendArguments(std::string& out, const Arguments& arguments, OutgoingMemory* memory);
// Two numbers that lie before what they count.
void AppendCounts(std::string& out, uint32_t first, uint32_t second);
// Text with its length, padded: names and JSON beside values.
void AppendText(std::string& out, std::string_view text);

// Reads values one after the other out of a frame's payload. Everything is checked: bytes come from
// another process. Errors are kInvalidArgument.
class ValueReader {
 public:
  ValueReader(std::string_view bytes, IncomingMemory memory) : rest_(bytes), memory_(memory) {}

  Result<Value> ReadValue() { return ReadValue(0); }
  Result<Arguments> ReadArguments();
  Result<std::string_view> ReadText();
  // What AppendCounts() wrote.
  Result<std::pair<uint32_t, uint32_t>> ReadCounts();

 private:
  struct Head {
    uint8_t kind, a, b, c;
    uint32_t count;
  };

  Result<Value> ReadValue(int depth);
  Result<Value> ReadTensor(const Head& head);
  Result<Value> ReadBlob(const Head& head);
  Result<Value> ReadParts(const Head& head, int depth);
  // The next `size` bytes; the padding behind them is passed over.
  Result<std::string_view> Take(uint64_t size);
  Result<std::string_view> TakeShared(uint64_t offset, uint64_t size);

  std::string_view rest_;
  IncomingMemory memory_;
};

}  // namespace ekiben::worker
