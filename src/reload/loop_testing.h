// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <utility>

#include "base/io_loop.h"

namespace ekiben::reload {

// A loop whose tests say when descriptors are looked at and when timers are due.
class ManualLoop final : public IoLoop {
 public:
  void Post(std::function<void()> callback) override { posted_.push_back(std::move(callback)); }
  void AtTickEnd(std::function<void()> callback) override { Post(std::move(callback)); }
  uint64_t rests() const override { return 0; }

  std::unique_ptr<DescriptorWatch> WatchReadable(int fd, std::function<void()> ready) override {
    readers_[fd] = std::move(ready);
    return std::make_unique<Reader>(*this, fd);
  }
  std::unique_ptr<Watch> After(Duration delay, std::function<void()> due) override {
    auto timer = std::make_unique<Timer>(*this);
    timers_[timer.get()] = {now_ + delay, std::move(due)};
    return timer;
  }

  // Calls back for every descriptor that can be read now.
  void ReadAll() {
    for (const auto& [fd, ready] : readers_) {
      pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
      if (poll(&one, 1, 0) == 1) ready();
    }
  }

  // Lets time pass; timers that come due are called in their order, each once.
  void Advance(Duration by) {
    const Time until = now_ + by;
    while (true) {
      while (!posted_.empty()) {
        const auto callback = std::move(posted_.front());
        posted_.pop_front();
        callback();
      }
      auto next = timers_.end();
      for (auto it = timers_.begin(); it != timers_.end(); ++it) {
        if (it->second.at <= until && (next == timers_.end() || it->second.at < next->second.at)) {
          next = it;
        }
      }
      if (next == timers_.end()) break;
      now_ = next->second.at;
      const auto due = std::move(next->second.due);
      timers_.erase(next);
      due();
    }
    now_ = until;
  }

 private:
  struct Pending {
    Time at;
    std::function<void()> due;
  };
  struct Reader final : DescriptorWatch {
    Reader(ManualLoop& loop, int fd) : loop(loop), fd(fd) {}
    ~Reader() override { loop.readers_.erase(fd); }
    void WhenWritable(std::function<void()>) override {}
    ManualLoop& loop;
    const int fd;
  };
  struct Timer final : Watch {
    explicit Timer(ManualLoop& loop) : loop(loop) {}
    ~Timer() override { loop.timers_.erase(this); }
    ManualLoop& loop;
  };

  Time now_{};
  std::map<int, std::function<void()>> readers_;
  std::map<const Watch*, Pending> timers_;
  std::list<std::function<void()>> posted_;
};

}  // namespace ekiben::reload
