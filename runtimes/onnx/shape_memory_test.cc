// SPDX-License-Identifier: Apache-2.0
#include "onnx/shape_memory.h"

#include <gtest/gtest.h>

namespace ekiben::onnx {
namespace {

ekiben_tensor Shaped(std::initializer_list<int64_t> axes) {
  ekiben_tensor tensor{};
  for (const int64_t axis : axes) tensor.shape[tensor.rank++] = axis;
  return tensor;
}

std::vector<OutputShape> Outputs(size_t bytes) { return {{.known = true, .bytes = bytes}}; }

TEST(ShapeMemoryTest, WhatWasLearnedIsExpectedForTheSameShapes) {
  ShapeMemory memory;
  const ekiben_tensor one_row = Shaped({1, 4}), two_rows = Shaped({2, 4});
  memory.Learn({&one_row, 1}, Outputs(12));
  ASSERT_NE(memory.Expected({&one_row, 1}), nullptr);
  EXPECT_EQ(memory.Expected({&one_row, 1})->at(0).bytes, 12);
  EXPECT_EQ(memory.Expected({&two_rows, 1}), nullptr);
}

TEST(ShapeMemoryTest, AxesAndInputsAreNotConfused) {
  ShapeMemory memory;
  const ekiben_tensor flat = Shaped({6}), wide = Shaped({2, 3}), high = Shaped({3, 2});
  const ekiben_tensor parts[] = {Shaped({2}), Shaped({3})};
  memory.Learn({&wide, 1}, Outputs(1));
  EXPECT_EQ(memory.Expected({&flat, 1}), nullptr);
  EXPECT_EQ(memory.Expected({&high, 1}), nullptr);
  EXPECT_EQ(memory.Expected(parts), nullptr);
}

TEST(ShapeMemoryTest, AfterGivingUpNothingIsExpected) {
  ShapeMemory memory;
  const ekiben_tensor shape = Shaped({1, 4});
  memory.Learn({&shape, 1}, Outputs(12));
  memory.GiveUp();
  EXPECT_EQ(memory.Expected({&shape, 1}), nullptr);
}

TEST(ShapeMemoryTest, ManyShapesDoNotGrowItWithoutBound) {
  ShapeMemory memory;
  int known = 0;
  for (int64_t rows = 0; rows < 5000; ++rows) {
    const ekiben_tensor shape = Shaped({rows, 4});
    memory.Learn({&shape, 1}, Outputs(1));
    known += memory.Expected({&shape, 1}) != nullptr ? 1 : 0;
  }
  EXPECT_EQ(known, 1024);
}

}  // namespace
}  // namespace ekiben::onnx
