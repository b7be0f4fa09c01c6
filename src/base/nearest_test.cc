// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <gmock/gmock.h>

namespace ekiben {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kNames = {"iris_clf", "iris_svc", "wine_forest"};

TEST(NearestTest, FindsANameWithSwappedLetters) {
  EXPECT_THAT(NearestNames("irsi_clf", kNames), ElementsAre("iris_clf"));
}

TEST(NearestTest, PutsTheNearestFirst) {
  EXPECT_THAT(NearestNames("iris_cl", kNames), ElementsAre("iris_clf"));
  EXPECT_THAT(NearestNames("iris_svf", kNames), ElementsAre("iris_svc", "iris_clf"));
}

TEST(NearestTest, SaysNothingWhereNothingIsNear) {
  EXPECT_THAT(NearestNames("resnet", kNames), IsEmpty());
  EXPECT_EQ(DidYouMean("resnet", kNames), "");
}

TEST(NearestTest, JoinsTheGuessesIntoAQuestion) {
  EXPECT_EQ(DidYouMean("iris_svf", kNames), "did you mean 'iris_svc' or 'iris_clf'?");
}

}  // namespace
}  // namespace ekiben
