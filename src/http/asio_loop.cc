// SPDX-License-Identifier: Apache-2.0
#include "http/asio_loop.h"

#include <sched.h>

#include <csignal>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/usable_cpus.h"

namespace ekiben::http {
namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                AsioLoop::Executor>;
using SignalSet = boost::asio::basic_signal_set<AsioLoop::Executor>;

void WaitForSignal(std::shared_ptr<SignalSet> signals, std::function<void(int)> callback) {
  SignalSet& set = *signals;
  set.async_wait([signals = std::move(signals), callback = std::move(callback)](
                     const boost::system::error_code& error, int number) mutable {
    if (error) return;
    callback(number);
    WaitForSignal(std::move(signals), std::move(callback));
  });
}

void WaitForTimer(std::shared_ptr<Timer> timer, std::chrono::milliseconds period,
                  std::function<void()> callback) {
  Timer& due = *timer;
  due.expires_after(period);
  due.async_wait([timer = std::move(timer), period,
                  callback = std::move(callback)](const boost::system::error_code& error) mutable {
    if (error) return;
    callback();
    WaitForTimer(std::move(timer), period, std::move(callback));
  });
}

}  // namespace

// On a single processor polling would keep the client from sending what is polled for.
AsioLoop::AsioLoop()
    : context_(1), work_(boost::asio::make_work_guard(context_)), may_poll_(UsableCpus() >= 2) {}

void AsioLoop::Run() {
  size_t handled = 0;
  while (!context_.stopped()) {
    if (const size_t now = context_.poll(); now > 0) {
      handled += now;
      continue;
    }
    if (handled > 0) ++rests_;
    // What the loop has posted to itself is the end of an event, not another one.
    const size_t events = std::exchange(handled, 0) - std::exchange(posted_, 0);
    if (may_poll_ && poll_policy_.LooksAgain(events, Now())) {
      sched_yield();  // Who sends what is looked for may be waiting for this very processor.
      continue;
    }
    handled = context_.run_one();
  }
}

void AsioLoop::Post(std::function<void()> callback) {
  boost::asio::post(context_, [this, callback = std::move(callback)] {
    ++posted_;
    callback();
  });
}

// Asio runs what epoll reported before what is posted meanwhile, so a posted callback is the end of
// the tick.
void AsioLoop::AtTickEnd(std::function<void()> callback) { Post(std::move(callback)); }

void AsioLoop::OnStopSignals(std::function<void(int)> callback) {
  WaitForSignal(std::make_shared<SignalSet>(context_, SIGINT, SIGTERM), std::move(callback));
}

void AsioLoop::Every(std::chrono::milliseconds period, std::function<void()> callback) {
  WaitForTimer(std::make_shared<Timer>(context_), period, std::move(callback));
}

}  // namespace ekiben::http
