// SPDX-License-Identifier: Apache-2.0
#include "base/gate.h"

#include <gtest/gtest.h>

namespace ekiben {
namespace {

TEST(GateTest, TellsWhenTheLastHasLeft) {
  Gate gate;
  bool empty = false;
  ASSERT_TRUE(gate.TryEnter());
  ASSERT_TRUE(gate.TryEnter());
  gate.Close([&] { empty = true; });
  gate.Leave();
  EXPECT_FALSE(empty);
  gate.Leave();
  EXPECT_TRUE(empty);
}

TEST(GateTest, AnEmptyGateIsEmptyAtOnceWhenClosed) {
  Gate gate;
  bool empty = false;
  gate.Close([&] { empty = true; });
  EXPECT_TRUE(empty);
}

TEST(GateTest, AClosedGateLetsNothingIn) {
  Gate gate;
  gate.Close(nullptr);
  EXPECT_FALSE(gate.TryEnter());
}

}  // namespace
}  // namespace ekiben
