// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace ekiben::cli {

// Shows how far each of several layers is: on a terminal a line for each, which changes in place,
// as docker's does; elsewhere a line for each that is done.
//
// Not thread-safe.
class LayerProgress {
 public:
  struct Layer {
    std::string name = {};
    uint64_t bytes = 0;  // That go into it.
  };

  LayerProgress(std::vector<Layer> layers, std::ostream& out, bool terminal);

  // So many of its bytes are in. Draws at most ten times a second; `now` is the time.
  void Advance(size_t layer, uint64_t bytes, Time now);
  // It is done: "written", "cached"; how many bytes it came to; and its digest, "sha256:…".
  void Finish(size_t layer, std::string_view how, uint64_t size, std::string_view digest);

 private:
  void Draw();

  const std::vector<Layer> layers_;
  std::vector<std::string> lines_;
  std::ostream& out_;
  const bool terminal_;
  bool drawn_ = false;
  Time last_{};
};

}  // namespace ekiben::cli
