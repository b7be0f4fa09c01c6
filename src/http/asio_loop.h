// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "base/io_loop.h"
#include "http/poll_policy.h"

namespace ekiben::http {

// The event loop: Asio's, run by one thread. Where the process has more than one processor to use,
// it polls a while before it sleeps when PollPolicy says so.
class AsioLoop final : public IoLoop {
 public:
  // Asio's fastest sockets know the type of their executor.
  using Executor = boost::asio::io_context::executor_type;

  AsioLoop();

  void Post(std::function<void()> callback) override;
  void AtTickEnd(std::function<void()> callback) override;
  uint64_t rests() const override { return rests_; }

  std::unique_ptr<DescriptorWatch> WatchReadable(int fd, std::function<void()> ready) override;
  std::unique_ptr<Watch> After(Duration delay, std::function<void()> due) override;

  // Calls `callback` with the signal's number on the loop's thread for each SIGINT and SIGTERM.
  void OnStopSignals(std::function<void(int)> callback);

  // Calls `callback` every `period` for as long as the loop runs.
  void Every(std::chrono::milliseconds period, std::function<void()> callback);

  // Runs until Stop().
  void Run();
  // Thread-safe.
  void Stop() { context_.stop(); }

  boost::asio::io_context& context() { return context_; }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<Executor> work_;
  const bool may_poll_;
  PollPolicy poll_policy_;
  size_t posted_ = 0;  // Of what was handled since the loop last ran out of work.
  uint64_t rests_ = 0;
};

}  // namespace ekiben::http
