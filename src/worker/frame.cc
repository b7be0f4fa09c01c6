// SPDX-License-Identifier: Apache-2.0
#include "worker/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace ekiben::worker {

static_assert(std::endian::native == std::endian::little, "frames are written as they lie");

size_t BeginFrame(std::string& out, FrameKind kind, uint32_t call, uint16_t target, uint8_t flags) {
  return BeginFrame(out, {.call = call, .target = target, .kind = kind, .flags = flags});
}

size_t BeginFrame(std::string& out, const FrameHeader& header) {
  const size_t begin = out.size();
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
  return begin;
}

void EndFrame(std::string& out, size_t begin) {
  const size_t payload = begin + sizeof(FrameHeader);
  out.resize(out.size() + (payload - out.size()) % 8);
  const auto size = static_cast<uint32_t>(out.size() - payload);
  std::memcpy(out.data() + begin + offsetof(FrameHeader, size), &size, sizeof size);
}

char* FrameReader::Space(size_t size) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffer_.size() - end_ < size) {
    std::copy(buffer_.begin() + begin_, buffer_.begin() + end_, buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    if (buffer_.size() - end_ < size) buffer_.resize(std::max(end_ + size, buffer_.size() * 2));
  }
  return buffer_.data() + end_;
}

Result<std::optional<Frame>> FrameReader::Next() {
  Frame frame;
  if (end_ - begin_ < sizeof(FrameHeader)) return std::nullopt;
  std::memcpy(&frame.header, buffer_.data() + begin_, sizeof(FrameHeader));
  if (frame.header.size > largest_) {
    return Error(InvalidArgument(fmt::format("a frame of {} bytes is more than the {} allowed",
                                             frame.header.size, largest_)));
  }
  if (end_ - begin_ - sizeof(FrameHeader) < frame.header.size) return std::nullopt;
  frame.payload = std::string_view(buffer_).substr(begin_ + sizeof(FrameHeader), frame.header.size);
  begin_ += sizeof(FrameHeader) + frame.header.size;
  return frame;
}

}  // namespace ekiben::worker
