// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/shape.h"

namespace ekiben::codec {

// Follows the brackets of one nested list and finds the shape that they make, or the place where
// they make none: a row of another length, a value among lists. Sees no values and no text.
//
// Each step returns false where the list stops being a tensor; then mistake() says why, path()
// where, and nothing more may be added.
class NestedShape {
 public:
  NestedShape() {
    counts_[0] = counts_[1] = 0;
    lengths_.fill(Shape::kAny);
  }

  bool OpenList();
  bool CloseList();

  // Called for each number: inline.
  bool AddValue() {
    ++counts_[depth_];
    return depth_ == rank_ || StartRank();
  }

  // How many lists are open.
  size_t depth() const { return depth_; }
  // How many values or lists the outermost list holds so far.
  int64_t rows() const { return counts_[1]; }
  // The indices of what was added or closed last, from the outermost list inwards.
  std::vector<int64_t> path() const;
  const std::string& mistake() const { return mistake_; }

  // REQUIRES: a value was added or a list opened, and every list is closed.
  Shape shape() const { return Shape(std::span(lengths_).first(rank_)); }

 private:
  static constexpr size_t kUnknown = Shape::kMaxRank + 1;

  bool StartRank();
  bool Fail(std::string_view what);

  size_t depth_ = 0;
  size_t rank_ = kUnknown;                           // The depth of the values.
  std::array<int64_t, Shape::kMaxRank + 1> counts_;  // What each open list holds, by depth.
  std::array<int64_t, Shape::kMaxRank> lengths_;
  std::string mistake_;
};

// "row 2", "row 0, column 2", "element [0, 2, 1]"; the empty text for no indices.
std::string PlaceName(std::span<const int64_t> path);

}  // namespace ekiben::codec
