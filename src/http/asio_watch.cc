// SPDX-License-Identifier: Apache-2.0
#include <poll.h>

#include <memory>
#include <utility>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/asio_loop.h"

namespace ekiben::http {
namespace {

using Descriptor = boost::asio::posix::basic_stream_descriptor<AsioLoop::Executor>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                AsioLoop::Executor>;

// What a pending operation needs; the watch clears `alive`, so that a callback that is already on
// its way does nothing.
struct DescriptorState {
  Descriptor descriptor;
  std::function<void()> ready;
  bool alive = true;
  bool told = false;  // Whether an event of this watch has come.
};

bool CanBeRead(int fd) {
  pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&one, 1, 0) == 1;
}

// Asio uses the memory of a descriptor that was let go for the next one, and gives it the events
// that the former one had in the same look. So the first event of each is checked.
bool IsItsOwn(DescriptorState& state) {
  state.told = state.told || CanBeRead(state.descriptor.native_handle());
  return state.told;
}

void WaitToRead(std::shared_ptr<DescriptorState> state) {
  Descriptor& descriptor = state->descriptor;
  descriptor.async_wait(Descriptor::wait_read,
                        [state = std::move(state)](const boost::system::error_code& error) mutable {
                          if (error || !state->alive) return;
                          if (IsItsOwn(*state)) state->ready();
                          if (state->alive) WaitToRead(std::move(state));
                        });
}

class AsioDescriptorWatch final : public DescriptorWatch {
 public:
  AsioDescriptorWatch(boost::asio::io_context& context, int fd, std::function<void()> ready)
      : state_(std::make_shared<DescriptorState>(
            DescriptorState{Descriptor(context.get_executor(), fd), std::move(ready)})) {
    WaitToRead(state_);
  }
  ~AsioDescriptorWatch() override {
    state_->alive = false;
    state_->descriptor.release();  // Its owner closes it.
  }

  void WhenWritable(std::function<void()> ready) override {
    state_->descriptor.async_wait(
        Descriptor::wait_write,
        [state = state_, ready = std::move(ready)](const boost::system::error_code& error) {
          if (!error && state->alive) ready();
        });
  }

 private:
  std::shared_ptr<DescriptorState> state_;
};

class TimerWatch final : public Watch {
 public:
  TimerWatch(boost::asio::io_context& context, Duration delay, std::function<void()> due)
      : timer_(std::make_shared<Timer>(context, delay)), alive_(std::make_shared<bool>(true)) {
    timer_->async_wait([timer = timer_, alive = alive_,
                        due = std::move(due)](const boost::system::error_code& error) {
      if (!error && *alive) due();
    });
  }
  ~TimerWatch() override {
    *alive_ = false;
    timer_->cancel();
  }

 private:
  std::shared_ptr<Timer> timer_;
  std::shared_ptr<bool> alive_;
};

}  // namespace

std::unique_ptr<DescriptorWatch> AsioLoop::WatchReadable(int fd, std::function<void()> ready) {
  return std::make_unique<AsioDescriptorWatch>(context_, fd, std::move(ready));
}

std::unique_ptr<Watch> AsioLoop::After(Duration delay, std::function<void()> due) {
  return std::make_unique<TimerWatch>(context_, delay, std::move(due));
}

}  // namespace ekiben::http
