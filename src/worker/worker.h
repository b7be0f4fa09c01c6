// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/io_loop.h"
#include "worker/arena.h"
#include "worker/lane.h"
#include "worker/memory_limit.h"
#include "worker/process.h"
#include "worker/wire_value.h"

namespace ekiben::worker {

// A process that runs Python for the engine: the process, its lanes, and the memory shared with it.
//
// Belongs to the loop. Destroying it kills the process. The callbacks must not destroy it; on_end
// may, since it is the last.
class Worker {
 public:
  // Of each direction of shared memory. Only what is written costs memory.
  static constexpr size_t kMemory = 256 << 20;

  struct Options {
    std::vector<std::string> command;  // Gets the protocol's settings, as JSON, as last argument.
    std::vector<std::pair<std::string, std::string>> environment;
    std::string working_dir;
    std::string settings;             // Members of that JSON object, without braces.
    std::string first_settings = {};  // More of them, which only the first process of a slot gets.
    size_t lanes = 1;
    std::vector<int64_t> cores = {};                            // As Process::Options has them.
    std::shared_ptr<const MemoryLimit> memory_limit = nullptr;  // May be null.
  };
  struct Events {
    std::function<void(const Frame&, size_t lane)> on_frame;
    // The process has ended, and how; nothing comes after.
    std::function<void(const std::string& how)> on_end;
  };

  static Result<std::unique_ptr<Worker>> Start(IoLoop& loop, const Options& options, Events events);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // Where frames for the worker are appended; they leave at the tick's end.
  std::string& Outgoing(size_t lane) { return lanes_[lane]->Outgoing(); }
  // Where tensors for it may be put. It gives the blocks back by itself.
  OutgoingMemory Memory() { return {outgoing_.bytes(), blocks_}; }

  // A reader of a frame of this worker. What it has read from shared memory is given back when
  // GiveBack() is called.
  ValueReader Reader(const Frame& frame) {
    return ValueReader(frame.payload, {.bytes = incoming_.bytes(), .read = &read_});
  }
  void GiveBack();

  void Kill() { process_.Kill(); }
  pid_t pid() const { return process_.pid(); }

 private:
  Worker(IoLoop& loop, Process process, SharedMemory outgoing, SharedMemory incoming,
         Events events);
  void OnFrame(const Frame& frame, size_t lane);
  void OnExit();

  IoLoop& loop_;
  Process process_;
  SharedMemory outgoing_, incoming_;
  BlockList blocks_{kMemory};
  std::vector<uint64_t> read_;
  Events events_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<DescriptorWatch> exit_watch_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ekiben::worker
