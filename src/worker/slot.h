// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/io_loop.h"
#include "worker/restart_policy.h"
#include "worker/worker.h"

namespace ekiben::worker {

// A place for one worker: starts it, and starts another when it ends, waiting longer each time.
//
// A worker that ends before it was ever ready is not replaced, so that a broken service ends with
// its error. Belongs to the loop.
class Slot {
 public:
  struct Events {
    // The worker has loaded; `document` is what it says of itself.
    std::function<void(std::string_view document)> on_ready;
    std::function<void(const Frame&, size_t lane)> on_frame;
    // The worker is gone, with everything that was sent to it; a new one may be on its way.
    std::function<void(const std::string& how)> on_down;
    // The first worker could not load: why, as JSON or in words. There will be no other.
    std::function<void(const Status& why)> on_failed;
  };

  Slot(IoLoop& loop, Worker::Options options, Events events);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  // Starts a process ahead of time. It imports what it needs but nothing of the user's, and waits
  // for Start(). One that ends meanwhile is no loss.
  void Prepare();
  // Begins; the answer comes by on_ready or on_failed.
  void Start();
  // The worker, when it is ready; else null.
  Worker* worker() { return ready_ ? worker_.get() : nullptr; }
  // Whether the worker has been killed, and has not ended yet: what is sent to it is lost.
  bool dying() const { return dying_; }
  // Asks the worker for its metrics, if it is ready: kMetricsResult with this call answers.
  bool AskForMetrics(uint32_t call);
  // Kills the worker, which on_down then tells. One that is not ready yet is left alone.
  void Kill();
  // Asks the worker to finish and end; there will be no other, and no event tells of it.
  void Stop();

  bool stopped() const { return stopping_ && worker_ == nullptr; }
  int restarts() const { return restarts_; }

 private:
  Result<std::unique_ptr<Worker>> NewWorker(const Worker::Options& options);
  void OnFrame(const Frame& frame, size_t lane);
  void OnEnd(const std::string& how);
  void Fail(const Status& why);

  IoLoop& loop_;
  Worker::Options options_;
  const Events events_;
  RestartPolicy policy_;
  Time started_{};
  bool waiting_ = false;  // The worker waits for Start().
  bool ready_ = false;
  bool dying_ = false;
  bool was_ready_ = false;
  bool failed_ = false;
  bool stopping_ = false;
  int restarts_ = 0;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<Watch> restart_;
};

}  // namespace ekiben::worker
