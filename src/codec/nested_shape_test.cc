// SPDX-License-Identifier: Apache-2.0
#include "codec/nested_shape.h"

#include <gmock/gmock.h>

namespace ekiben::codec {
namespace {

using testing::ElementsAre;

// Follows a text of '[', ']' and 'v' for a value; ends at the first mistake.
NestedShape Follow(std::string_view text) {
  NestedShape shape;
  for (const char c : text) {
    const bool ok = c == '[' ? shape.OpenList() : c == ']' ? shape.CloseList() : shape.AddValue();
    if (!ok) break;
  }
  return shape;
}

TEST(NestedShapeTest, ListsOfEqualLengthsMakeAShape) {
  EXPECT_EQ(Follow("v").shape(), Shape());
  EXPECT_EQ(Follow("[vvv]").shape(), Shape({3}));
  EXPECT_EQ(Follow("[[[vv][vv][vv]]]").shape(), Shape({1, 3, 2}));
  EXPECT_EQ(Follow("[]").shape(), Shape({0}));
  EXPECT_EQ(Follow("[[][]]").shape(), Shape({2, 0}));
}

TEST(NestedShapeTest, AMistakeIsNamedByItsPlace) {
  EXPECT_EQ(Follow("[[v][vv]]").mistake(), "row 1 has 2 values, row 0 has 1");
  EXPECT_EQ(Follow("[[[v]][[vv]]]").mistake(), "list [1, 0] has 2 values, list [0, 0] has 1");
  EXPECT_EQ(Follow("[[[v]][]]").mistake(), "row 1 has 0 values, row 0 has 1");
  EXPECT_EQ(Follow("[[v]v]").mistake(), "row 1: expected a list like those before it, got a value");
  EXPECT_EQ(Follow("[v[v]]").mistake(), "row 1: expected a value like those before it, got a list");
  EXPECT_EQ(Follow("[[][[v]]]").mistake(),
            "row 1, column 0: expected a value like those before it, got a list");
  EXPECT_EQ(Follow("[[[[[[[[[v]]]]]]]]]").mistake(),
            "element [0, 0, 0, 0, 0, 0, 0, 0]: lists are nested more than 8 deep");
}

TEST(NestedShapeTest, ThePathLeadsToWhatCameLast) {
  EXPECT_THAT(Follow("[[vv][v").path(), ElementsAre(1, 0));
  EXPECT_THAT(Follow("[[vv][vv]").path(), ElementsAre(1));
  EXPECT_EQ(Follow("[[vv][vv]").rows(), 2);
}

}  // namespace
}  // namespace ekiben::codec
