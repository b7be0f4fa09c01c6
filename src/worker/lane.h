// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/io_loop.h"
#include "worker/frame.h"

namespace ekiben::worker {

// One connection to a worker: frames out, frames in.
//
// What is sent during a tick goes out in one write at its end, so that several waiting requests
// cost the worker one read. Belongs to the loop. The callbacks must not destroy the lane.
class Lane {
 public:
  using OnFrame = std::function<void(const Frame&)>;
  // The worker closed it, or sent what cannot be read; called once.
  using OnBroken = std::function<void(const Status&)>;

  // `socket` is not blocking.
  Lane(IoLoop& loop, FileDescriptor socket, OnFrame on_frame, OnBroken on_broken);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Where frames are appended with BeginFrame() … EndFrame(); they leave at the tick's end.
  std::string& Outgoing();

 private:
  void Read();
  void Flush();
  void Break(const Status& why);

  IoLoop& loop_;
  FileDescriptor socket_;
  OnFrame on_frame_;
  OnBroken on_broken_;
  FrameReader reader_;
  std::string outgoing_;
  size_t sent_ = 0;  // Of outgoing_.
  bool flushing_ = false;
  bool broken_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<DescriptorWatch> watch_;
};

}  // namespace ekiben::worker
