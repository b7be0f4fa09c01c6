// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

namespace ekiben {

// Lets work in until it is closed, and tells when the last of it has left: how a server drains.
//
// Not thread-safe: it belongs to one loop.
class Gate {
 public:
  // False once Close() was called; then nothing may enter. Otherwise Leave() must follow.
  bool TryEnter() {
    if (closed_) return false;
    ++inside_;
    return true;
  }

  void Leave() {
    --inside_;
    CallWhenEmpty();
  }

  // Refuses new work; calls `when_empty` as soon as nothing is inside, which may be at once.
  void Close(std::function<void()> when_empty) {
    closed_ = true;
    when_empty_ = std::move(when_empty);
    CallWhenEmpty();
  }

  bool closed() const { return closed_; }
  int inside() const { return inside_; }

 private:
  void CallWhenEmpty() {
    if (closed_ && inside_ == 0 && when_empty_) std::exchange(when_empty_, nullptr)();
  }

  bool closed_ = false;
  int inside_ = 0;
  std::function<void()> when_empty_;
};

}  // namespace ekiben
