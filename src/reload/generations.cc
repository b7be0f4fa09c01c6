// SPDX-License-Identifier: Apache-2.0
#include "reload/generations.h"

#include <iterator>
#include <utility>

namespace ekiben::reload {

Generations::Generations(IoLoop& loop, Options options, Events events)
    : loop_(loop), options_(options), events_(std::move(events)) {}

void Generations::Load() {
  Leave(std::move(loading_));
  loading_ = standby_ ? std::move(standby_) : events_.make();
  Generation* const self = loading_.get();
  self->Start([this, self](const Status& status) {
    if (loading_.get() == self) OnLoaded(status);
  });
}

void Generations::OnLoaded(const Status& status) {
  // The caller is the generation itself: whatever leaves is destroyed later, by Look().
  if (status.ok()) {
    Leave(std::exchange(serving_, std::move(loading_)));
    events_.on_serving(*serving_);
  } else {
    Leave(std::move(loading_));
    events_.on_failed(status);
  }
  PrepareNext();
}

void Generations::PrepareNext() {
  if (!options_.standby || standby_ || on_stopped_ || serving_ == nullptr) return;
  standby_ = events_.make();
  standby_->Prepare();
}

void Generations::Leave(std::unique_ptr<Generation> generation) {
  if (generation == nullptr) return;
  leaving_.push_back({.generation = std::move(generation)});
  LookLater();
}

void Generations::LookLater() {
  if (look_ == nullptr) look_ = loop_.After(options_.look_every, [this] { Look(); });
}

void Generations::Look() {
  look_.reset();
  for (auto one = leaving_.begin(); one != leaving_.end();) {
    StopUnlessInUse(*one);
    const bool gone = one->stopping && one->generation->stopped();
    one = gone ? leaving_.erase(one) : std::next(one);
  }
  if (!leaving_.empty()) return LookLater();
  if (on_stopped_) std::exchange(on_stopped_, nullptr)();
}

void Generations::StopUnlessInUse(Leaving& one) {
  Generation& generation = *one.generation;
  if (one.stopping || generation.in_use()) return;
  one.stopping = true;
  one.patience = loop_.After(options_.stop_time, [&generation] { generation.Kill(); });
  generation.Stop();
}

void Generations::Stop(std::function<void()> done) {
  on_stopped_ = std::move(done);
  for (auto* const each : {&standby_, &loading_, &serving_}) Leave(std::move(*each));
  LookLater();
}

size_t Generations::alive() const {
  size_t count = leaving_.size();
  for (const auto* const each : {&standby_, &loading_, &serving_}) count += *each != nullptr;
  return count;
}

}  // namespace ekiben::reload
