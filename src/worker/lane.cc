// SPDX-License-Identifier: Apache-2.0
#include "worker/lane.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace ekiben::worker {
namespace {

constexpr uint32_t kLargestFrame = 1U << 30;
constexpr size_t kReadSize = 256 << 10;

}  // namespace

Lane::Lane(IoLoop& loop, FileDescriptor socket, OnFrame on_frame, OnBroken on_broken)
    : loop_(loop),
      socket_(std::move(socket)),
      on_frame_(std::move(on_frame)),
      on_broken_(std::move(on_broken)),
      reader_(kLargestFrame),
      watch_(loop.WatchReadable(socket_.get(), [this] { Read(); })) {}

Lane::~Lane() { *alive_ = false; }

std::string& Lane::Outgoing() {
  if (!flushing_ && !broken_) {
    flushing_ = true;
    loop_.AtTickEnd([this, alive = alive_] {
      if (*alive) Flush();
    });
  }
  return outgoing_;
}

void Lane::Flush() {
  while (sent_ < outgoing_.size()) {
    const ssize_t sent = send(socket_.get(), outgoing_.data() + sent_, outgoing_.size() - sent_,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      sent_ += static_cast<size_t>(sent);
    } else if (errno == EAGAIN) {
      // flushing_ stays, so that nobody starts a second one meanwhile.
      return watch_->WhenWritable([this] { Flush(); });
    } else if (errno != EINTR) {
      return Break(Unavailable(fmt::format("the worker went away: {}", std::strerror(errno))));
    }
  }
  flushing_ = false;
  sent_ = 0;
  outgoing_.clear();
}

void Lane::Read() {
  while (!broken_) {
    char* const space = reader_.Space(kReadSize);
    const size_t room = reader_.space();
    const ssize_t size = recv(socket_.get(), space, room, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return Break(Unavailable("the worker went away"));
    reader_.Added(static_cast<size_t>(size));
    while (!broken_) {
      const auto frame = reader_.Next();
      if (!frame) return Break(frame.error());
      if (!*frame) break;
      on_frame_(**frame);
    }
    if (static_cast<size_t>(size) < room) return;
  }
}

void Lane::Break(const Status& why) {
  if (std::exchange(broken_, true)) return;
  watch_.reset();
  outgoing_.clear();
  on_broken_(why);
}

}  // namespace ekiben::worker
