// SPDX-License-Identifier: Apache-2.0
#include "codec/nested_shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ekiben::codec {
namespace {

// A list inside the outermost one is a row; deeper ones go by their indices.
std::string ListName(std::span<const int64_t> path) {
  if (path.size() == 1) return fmt::format("row {}", path[0]);
  return fmt::format("list [{}]", fmt::join(path, ", "));
}

}  // namespace

std::string PlaceName(std::span<const int64_t> path) {
  switch (path.size()) {
    case 0: return {};
    case 1: return fmt::format("row {}", path[0]);
    case 2: return fmt::format("row {}, column {}", path[0], path[1]);
    default: return fmt::format("element [{}]", fmt::join(path, ", "));
  }
}

bool NestedShape::OpenList() {
  ++counts_[depth_];
  if (depth_ == rank_) {
    return Fail("expected a value like those before it, got a list");
  }
  if (depth_ == Shape::kMaxRank) {
    return Fail(fmt::format("lists are nested more than {} deep", Shape::kMaxRank));
  }
  counts_[++depth_] = 0;
  return true;
}

bool NestedShape::StartRank() {
  if (rank_ == kUnknown) {
    rank_ = depth_;
    return true;
  }
  return Fail("expected a list like those before it, got a value");
}

bool NestedShape::CloseList() {
  const int64_t length = counts_[depth_--];
  if (rank_ == kUnknown) rank_ = depth_ + 1;
  int64_t& expected = lengths_[depth_];
  if (expected == Shape::kAny) expected = length;
  if (expected == length) return true;
  const std::vector<int64_t> first(depth_, 0);
  mistake_ = fmt::format("{} has {} value{}, {} has {}", ListName(path()), length,
                         length == 1 ? "" : "s", ListName(first), expected);
  return false;
}

bool NestedShape::Fail(std::string_view what) {
  const std::string place = PlaceName(path());
  mistake_ = place.empty() ? std::string(what) : fmt::format("{}: {}", place, what);
  return false;
}

std::vector<int64_t> NestedShape::path() const {
  std::vector<int64_t> indices;
  for (size_t depth = 1; depth <= depth_; ++depth) indices.push_back(counts_[depth] - 1);
  return indices;
}

}  // namespace ekiben::codec
