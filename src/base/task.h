// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/frame_memory.h"

namespace ekiben {

// A coroutine that is lazy: nothing runs until it is awaited or given to Start(). The answer is its
// co_return value; errors are values too (Task<Result<T>>), since our code throws nothing: an
// exception that reaches a Task ends the process.
//
// Owns the coroutine's frame and is moved only. It knows no threads: a Task goes on in whichever
// thread resumes what it awaits, which for everything a request does is the loop's thread.
//
// g++ 12.2 destroys an aggregate temporary or a capturing lambda made inside a co_await expression
// twice: name it, then await it.
template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value;
    std::coroutine_handle<> waiter = std::noop_coroutine();

    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct ResumeWaiter {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
          return self.promise().waiter;
        }
        void await_resume() noexcept {}
      };
      return ResumeWaiter{};
    }
    template <typename U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    void unhandled_exception() { std::abort(); }

    static void* operator new(size_t bytes) { return FrameMemory::Take(bytes); }
    static void operator delete(void* frame, size_t bytes) { FrameMemory::GiveBack(frame, bytes); }
  };

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    frame_.promise().waiter = waiter;
    return frame_;
  }
  T await_resume() { return std::move(*frame_.promise().value); }

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

namespace internal {

// A coroutine that starts at once and frees itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }

    static void* operator new(size_t bytes) { return FrameMemory::Take(bytes); }
    static void operator delete(void* frame, size_t bytes) { FrameMemory::GiveBack(frame, bytes); }
  };
};

}  // namespace internal

// Runs `task` now, as far as it goes without waiting, and calls done(T) when it has ended.
template <typename T, typename Done>
internal::Detached Start(Task<T> task, Done done) {
  done(co_await std::move(task));
}

}  // namespace ekiben
