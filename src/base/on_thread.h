// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "base/loop.h"
#include "base/parked.h"
#include "base/task.h"

namespace ekiben {

// Runs `work` on a thread of its own, and goes on with what it returns on the loop's thread, which
// is free meanwhile. For what is rare and slow, such as loading a model.
// REQUIRES: awaited on the loop's thread; the loop runs until `work` has ended.
template <typename T>
Task<T> OnThread(Loop& loop, std::function<T()> work) {
  struct Waiting {
    std::optional<T> result;
    std::coroutine_handle<> waiter;
  } waiting;
  // The loop's thread is here until this is parked, so nothing resumes it before.
  const std::jthread thread([&loop, &waiting, &work] {
    waiting.result.emplace(work());
    loop.Post([&waiting] { waiting.waiter.resume(); });
  });
  Parked parked{waiting};
  co_await parked;
  co_return *std::move(waiting.result);
}

}  // namespace ekiben
