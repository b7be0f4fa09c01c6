// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::worker {

// What a frame says. docs/formats/worker-protocol.md is the reference;
// python/ekiben/worker/frames.py has the same numbers.
enum class FrameKind : uint8_t {
  // From the engine.
  kCall = 1,     // Call an API function.
  kReply = 2,    // The answer to kRun.
  kCancel = 3,   // Nobody waits for this call any more.
  kBatch = 4,    // Run these calls of a runner's method together.
  kRelease = 5,  // A block of the worker's shared memory is free again. Both ways.
  kStop = 6,     // Finish and end.
  kLoad = 7,     // Load the service: what a worker that was started to wait waits for.
  kMetrics = 8,  // Tell what the user's code counts.
  kCredit = 9,   // So many bytes of a stream have been passed on.
  // From the worker.
  kReady = 32,          // The service description, as JSON.
  kFailed = 33,         // It could not be loaded: why, as JSON.
  kResult = 34,         // What an API function returned.
  kError = 35,          // What it raised, as JSON.
  kRun = 36,            // Call a runner's method.
  kChunk = 37,          // A piece of a stream.
  kEnd = 38,            // The stream's end.
  kBatchResult = 39,    // One answer for each call of a kBatch.
  kMetricsResult = 40,  // The answer to kMetrics, as JSON.
  kFetch = 41,          // An HTTP request for the engine itself, or what is left of its answer.
};

// A frame's begin on the wire: 16 bytes, little endian, followed by `size` bytes of payload.
struct FrameHeader {
  uint32_t size = 0;    // Of the payload; a multiple of 8, so that arrays lie aligned.
  uint32_t call = 0;    // Chosen by the side that asks; its answer carries the same.
  uint16_t target = 0;  // The API, or the runner's method, by number.
  FrameKind kind = FrameKind::kCall;
  uint8_t flags = 0;
  uint32_t reserved = 0;
};
static_assert(sizeof(FrameHeader) == 16);

// The target of a kCall that is an HTTP request as it came, for the applications of a service.
inline constexpr uint16_t kApplications = 0xFFFF;

// Flags of a kReply: a report in place of the outputs.
inline constexpr uint8_t kFailed = 1;
// Flags of a kRun and of the kReply to it: the outputs are what the kCall in `reserved` returns.
// The engine answers that call itself; what it cannot answer so goes to the worker as a kReply with
// the call's number, the method's as target, and the API's in `reserved`.
inline constexpr uint8_t kForCall = 2;
// Flags of a kChunk: the response's status and headers stand before the value.
inline constexpr uint8_t kWithHead = 1;
// Flags of a kFetch that is about the answer of an earlier one, whose call is in `reserved`.
inline constexpr uint8_t kNextPiece = 1;
inline constexpr uint8_t kDropRest = 2;

struct Frame {
  FrameHeader header;
  std::string_view payload;
};

// Appends a header whose size EndFrame() fills in. Returns where it begins.
size_t BeginFrame(std::string& out, const FrameHeader& header);
size_t BeginFrame(std::string& out, FrameKind kind, uint32_t call, uint16_t target = 0,
                  uint8_t flags = 0);
// Pads what was appended since to a multiple of 8 and closes the frame.
void EndFrame(std::string& out, size_t begin);

// Takes frames out of bytes as they come.
//
// Owns the bytes. A frame's payload lies in them until the next call of Space() or Next().
class FrameReader {
 public:
  explicit FrameReader(uint32_t largest_payload) : largest_(largest_payload) {}

  // Room for at least `size` bytes, to be read into; Added() says how many came.
  char* Space(size_t size);
  size_t space() const { return buffer_.size() - end_; }
  void Added(size_t size) { end_ += size; }

  // The next whole frame, or nothing until more bytes have come. kInvalidArgument where the payload
  // is larger than allowed: the stream cannot be read on.
  Result<std::optional<Frame>> Next();

 private:
  const uint32_t largest_;
  std::string buffer_;
  size_t begin_ = 0, end_ = 0;
};

}  // namespace ekiben::worker
