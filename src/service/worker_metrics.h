// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/io_loop.h"
#include "base/task.h"

namespace ekiben::service {

// The metrics that the user's code makes in the workers: asked for, kept, and added up.
//
// What each worker said last is kept, so that one that is busy or just being replaced does not let
// the sums sink. Belongs to the loop. REQUIRES: at its end no Collect() is under way.
class WorkerMetrics {
 public:
  explicit WorkerMetrics(IoLoop& loop) : loop_(loop) {}

  // Sends kMetrics to all workers that are ready, each with the call that is given; answers how
  // many there are.
  using Ask = std::function<size_t(uint32_t call)>;

  // Asks, waits a moment for the answers, and gives the sums in Prometheus' text format.
  Task<std::string> Collect(Ask ask);

  // A worker's answer. What is no list of families is not looked at.
  void OnAnswer(const std::string& worker, uint32_t call, std::string_view json);

 private:
  struct Family {
    std::string help, kind;
    std::map<std::string, double> samples;  // By name with labels, in their order.
    std::vector<std::string> order;
  };
  using Families = std::map<std::string, Family>;

  // One Collect() that waits. Lies in its frame.
  struct Round {
    size_t missing = 0;
    std::coroutine_handle<> waiter = nullptr;
  };

  void Finish(uint32_t call);
  std::string Render() const;

  IoLoop& loop_;
  uint32_t calls_ = 0;
  std::map<uint32_t, Round*> rounds_;
  std::map<std::string, Families> workers_;
};

}  // namespace ekiben::service
