// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/io_loop.h"

namespace ekiben {

// A loop over poll() that runs until what a test waits for has come, by one thread.
class PollLoop final : public IoLoop {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(60);

  void Post(std::function<void()> callback) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(callback));
  }
  void AtTickEnd(std::function<void()> callback) override { Post(std::move(callback)); }
  uint64_t rests() const override { return rests_; }

  std::unique_ptr<DescriptorWatch> WatchReadable(int fd, std::function<void()> ready) override {
    auto entry = std::make_shared<Entry>(Entry{.fd = fd, .readable = std::move(ready)});
    entries_.push_back(entry);
    return std::make_unique<EntryWatch>(std::move(entry));
  }
  std::unique_ptr<Watch> After(Duration delay, std::function<void()> due) override {
    auto entry = std::make_shared<Entry>(Entry{.due = Now() + delay, .readable = std::move(due)});
    entries_.push_back(entry);
    return std::make_unique<EntryWatch>(std::move(entry));
  }

  // Runs until `condition` holds. False where it does not in kPatience.
  bool RunUntil(const std::function<bool()>& condition) {
    const Time until = Now() + kPatience;
    while (!condition()) {
      if (Now() > until) return false;
      Turn();
    }
    return true;
  }
  // Runs for a while.
  void RunFor(Duration time) {
    const Time until = Now() + time;
    while (Now() < until) Turn();
  }

 private:
  struct Entry {
    int fd = -1;  // -1: a time.
    Time due{};
    std::function<void()> readable;
    std::function<void()> writable = nullptr;
    bool over = false;
  };
  struct EntryWatch final : public DescriptorWatch {
    explicit EntryWatch(std::shared_ptr<Entry> watched) : entry(std::move(watched)) {}
    ~EntryWatch() override { entry->over = true; }
    void WhenWritable(std::function<void()> ready) override { entry->writable = std::move(ready); }

    std::shared_ptr<Entry> entry;
  };

  void Turn() {
    for (auto posted = TakePosted(); const auto& callback : posted) callback();
    std::erase_if(entries_, [](const auto& entry) { return entry->over; });
    const std::vector<std::shared_ptr<Entry>> entries(entries_.begin(), entries_.end());
    std::vector<pollfd> polled;
    for (const auto& entry : entries) {
      const auto events = static_cast<short>(POLLIN | (entry->writable ? POLLOUT : 0));
      polled.push_back({.fd = entry->fd, .events = events});
    }
    poll(polled.data(), polled.size(), HasPosted() ? 0 : 2);
    ++rests_;
    for (size_t i = 0; i < entries.size(); ++i) Serve(*entries[i], polled[i].revents);
  }

  std::vector<std::function<void()>> TakePosted() {
    const std::lock_guard lock(mutex_);
    return std::exchange(posted_, {});
  }

  bool HasPosted() {
    const std::lock_guard lock(mutex_);
    return !posted_.empty();
  }

  static void Serve(Entry& entry, short events) {
    if (entry.over) return;
    if (entry.fd < 0) {
      if (Now() < entry.due) return;
      entry.over = true;
      return std::exchange(entry.readable, nullptr)();
    }
    if ((events & POLLOUT) != 0 && entry.writable) std::exchange(entry.writable, nullptr)();
    if (!entry.over && (events & (POLLIN | POLLHUP)) != 0) entry.readable();
  }

  uint64_t rests_ = 0;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::list<std::shared_ptr<Entry>> entries_;
};

}  // namespace ekiben
