// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>

namespace ekiben {

// `co_await` of one suspends until somebody resumes `waiting.waiter`, a std::coroutine_handle<>.
// What waits lies in the coroutine's frame, so it neither moves nor ends before that.
template <typename Waiting>
struct Parked {
  Waiting& waiting;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiting.waiter = handle; }
  void await_resume() const noexcept {}
};

}  // namespace ekiben
