// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>

#include "base/io_loop.h"
#include "base/status.h"

namespace ekiben::reload {

// One loading of something that serves requests, from its files as they were then.
class Generation {
 public:
  virtual ~Generation() = default;

  // Does ahead of time what needs none of the files.
  virtual void Prepare() = 0;
  // Loads the files; `done` is called once, unless Stop() comes first.
  virtual void Start(std::function<void(const Status&)> done) = 0;
  // Whether a request is under way in it.
  virtual bool in_use() const = 0;
  // Begins to end. Called when it is not in use, and gets no more requests; also while it loads.
  virtual void Stop() = 0;
  // Ends at once what does not end by itself.
  virtual void Kill() = 0;
  // Whether nothing of it runs any more, so that it may be destroyed.
  virtual bool stopped() const = 0;
};

// Replaces what serves by a newer generation of it, without losing a request: the new one is loaded
// beside the old, takes over when it is ready, and the old one ends when its last request has been
// answered. One that cannot be loaded leaves the old one serving. A load that is overtaken by
// another is given up.
//
// Belongs to the loop. REQUIRES: at its end no generation is in use
class Generations {
 public:
  struct Options {
    bool standby = false;  // Keep a generation prepared for the next Load().
    Duration stop_time = std::chrono::seconds(5);  // Longer than that, and it is killed.
    Duration look_every = std::chrono::milliseconds(10);
  };
  struct Events {
    std::function<std::unique_ptr<Generation>()> make;
    // It serves from now on: whoever sends requests has to send them there.
    std::function<void(Generation&)> on_serving;
    std::function<void(const Status&)> on_failed;
  };

  Generations(IoLoop& loop, Options options, Events events);

  // Loads a new generation. Either event tells what became of it.
  void Load();
  bool loading() const { return loading_ != nullptr; }
  // The one that serves; null before the first.
  Generation* serving() const { return serving_.get(); }

  // Ends all of them, then calls `done`. There must be no more Load().
  void Stop(std::function<void()> done);

  // How many have not ended yet, those that serve, load or stand by among them.
  size_t alive() const;

 private:
  struct Leaving {
    std::unique_ptr<Generation> generation;
    std::unique_ptr<Watch> patience = nullptr;  // Once it stops: till it is killed.
    bool stopping = false;
  };

  void OnLoaded(const Status& status);
  void Leave(std::unique_ptr<Generation> generation);
  void PrepareNext();
  void LookLater();
  void Look();
  void StopUnlessInUse(Leaving& one);

  IoLoop& loop_;
  const Options options_;
  const Events events_;
  std::unique_ptr<Generation> standby_, loading_, serving_;
  std::list<Leaving> leaving_;
  std::function<void()> on_stopped_;
  std::unique_ptr<Watch> look_;
};

}  // namespace ekiben::reload
