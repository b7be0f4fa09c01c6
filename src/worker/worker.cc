// SPDX-License-Identifier: Apache-2.0
#include "worker/worker.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace ekiben::worker {
namespace {

struct SocketPair {
  FileDescriptor ours, theirs;
};

Result<SocketPair> MakeSocketPair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error(FailedPrecondition(
        fmt::format("cannot make a socket for a worker: {}", std::strerror(errno))));
  }
  // Room for many requests at a time; what the system does not allow it cuts.
  const int size = 1 << 20;
  for (const int end : ends) {
    setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  return SocketPair{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::Start(IoLoop& loop, const Options& options, Events events) {
  auto outgoing = SharedMemory::Create(kMemory);
  if (!outgoing) return Error(outgoing.error());
  auto incoming = SharedMemory::Create(kMemory);
  if (!incoming) return Error(incoming.error());

  Process::Options process_options{.command = options.command,
                                   .environment = options.environment,
                                   .working_dir = options.working_dir,
                                   .cores = options.cores};
  std::vector<SocketPair> sockets;
  for (size_t lane = 0; lane < options.lanes; ++lane) {
    auto pair = MakeSocketPair();
    if (!pair) return Error(pair.error());
    process_options.inherited.push_back(pair->theirs.get());
    sockets.push_back(*std::move(pair));
  }
  process_options.inherited.push_back(outgoing->fd());
  process_options.inherited.push_back(incoming->fd());
  process_options.command.push_back(
      fmt::format(R"({{"protocol": 1, "lanes": {}, "memory": {}, {}}})", options.lanes, kMemory,
                  options.settings));

  auto process = Process::Start(process_options);
  if (!process) return Error(process.error());
  if (options.memory_limit != nullptr) options.memory_limit->Add(process->pid());
  std::unique_ptr<Worker> worker(new Worker(loop, *std::move(process), *std::move(outgoing),
                                            *std::move(incoming), std::move(events)));
  Worker* const self = worker.get();
  for (size_t lane = 0; lane < options.lanes; ++lane) {
    worker->lanes_.push_back(std::make_unique<Lane>(
        loop, std::move(sockets[lane].ours),
        [self, lane](const Frame& frame) { self->OnFrame(frame, lane); },
        [self](const Status&) { self->Kill(); }));
  }
  return worker;
}

Worker::Worker(IoLoop& loop, Process process, SharedMemory outgoing, SharedMemory incoming,
               Events events)
    : loop_(loop),
      process_(std::move(process)),
      outgoing_(std::move(outgoing)),
      incoming_(std::move(incoming)),
      events_(std::move(events)),
      exit_watch_(loop.WatchReadable(process_.exit_fd(), [this] { OnExit(); })) {}

Worker::~Worker() { *alive_ = false; }

void Worker::OnFrame(const Frame& frame, size_t lane) {
  if (frame.header.kind != FrameKind::kRelease) return events_.on_frame(frame, lane);
  for (size_t at = 0; at + 8 <= frame.payload.size(); at += 8) {
    uint64_t offset;
    std::memcpy(&offset, frame.payload.data() + at, 8);
    blocks_.Give(offset);
  }
}

void Worker::GiveBack() {
  if (read_.empty()) return;
  std::string& out = Outgoing(0);
  const size_t begin = BeginFrame(out, FrameKind::kRelease, 0);
  out.append(reinterpret_cast<const char*>(read_.data()), read_.size() * sizeof(uint64_t));
  EndFrame(out, begin);
  read_.clear();
}

void Worker::OnExit() {
  exit_watch_.reset();
  // What it wrote last is read first: the lanes became readable no later than this.
  loop_.Post([this, alive = alive_] {
    if (!*alive) return;
    const std::string how = process_.Reap();
    events_.on_end(how);
  });
}

}  // namespace ekiben::worker
