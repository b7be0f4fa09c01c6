// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>

namespace ekiben {

// The lengths of a tensor's axes, outermost first; no axes is a scalar. In a specification -1
// stands for any length. A value without allocations: at most kMaxRank axes.
class Shape {
 public:
  static constexpr size_t kMaxRank = 8;
  static constexpr int64_t kAny = -1;

  Shape() = default;
  Shape(std::initializer_list<int64_t> axes) {
    for (const int64_t axis : axes) Append(axis);
  }
  // REQUIRES: axes.size() <= kMaxRank
  explicit Shape(std::span<const int64_t> axes) {
    for (const int64_t axis : axes) Append(axis);
  }

  size_t rank() const { return rank_; }
  int64_t operator[](size_t axis) const { return axes_[axis]; }
  int64_t& operator[](size_t axis) { return axes_[axis]; }
  std::span<const int64_t> axes() const { return {axes_.data(), rank_}; }

  // REQUIRES: rank() < kMaxRank
  void Append(int64_t axis) {
    assert(rank_ < kMaxRank);
    axes_[rank_++] = axis;
  }

  // The number of elements; nothing where an axis is negative or the product overflows int64.
  std::optional<int64_t> Elements() const;

  // Whether a tensor of the shape `actual` fits this specification.
  bool Accepts(const Shape& actual) const;

  // "[-1, 4]"
  std::string ToString() const;

  friend bool operator==(const Shape& a, const Shape& b) {
    return std::ranges::equal(a.axes(), b.axes());
  }

 private:
  std::array<int64_t, kMaxRank> axes_{};
  size_t rank_ = 0;
};

}  // namespace ekiben
