// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/status.h"

namespace ekiben::worker {

// A child process. Killed and reaped when destroyed, with whatever it has started in its group.
class Process {
 public:
  struct Options {
    std::vector<std::string> command;  // The first is the program's path.
    std::vector<std::pair<std::string, std::string>> environment;  // Beside this process's own.
    std::string working_dir;
    std::vector<int> inherited;       // Descriptors that it gets, from 3 on, in this order.
    std::vector<int64_t> cores = {};  // The only ones that it runs on; none: all.
    int output = -1;  // What it prints goes to this descriptor; -1: where ours goes.
  };

  // kFailedPrecondition where the program cannot be started.
  static Result<Process> Start(const Options& options);

  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), exit_(std::move(other.exit_)) {}
  Process& operator=(Process&&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  // Can be read once the process has ended.
  int exit_fd() const { return exit_.get(); }

  // How it ended, in words: "exit status 1", "signal 11 (Segmentation fault)". Waits for its end.
  std::string Reap();
  // Ends it at once; Reap() then does not wait long.
  void Kill();

 private:
  Process(pid_t pid, FileDescriptor exit) : pid_(pid), exit_(std::move(exit)) {}

  pid_t pid_;
  FileDescriptor exit_;
};

}  // namespace ekiben::worker
