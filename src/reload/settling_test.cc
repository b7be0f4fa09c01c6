// SPDX-License-Identifier: Apache-2.0
#include "reload/settling.h"

#include <gmock/gmock.h>

namespace ekiben::reload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Time kStart{1s};

TEST(SettlingTest, NothingIsDueWhereNothingChanged) {
  Settling settling;
  EXPECT_EQ(settling.due(), std::nullopt);
  settling.Changed("a.py", kStart);
  settling.Take();
  EXPECT_EQ(settling.due(), std::nullopt);
}

TEST(SettlingTest, AChangeIsDueShortlyAfterTheLast) {
  Settling settling;
  settling.Changed("a.py", kStart);
  EXPECT_EQ(settling.due(), kStart + Settling::kQuiet);
  settling.Changed("b.py", kStart + 5ms);
  EXPECT_EQ(settling.due(), kStart + 5ms + Settling::kQuiet);
  EXPECT_EQ(settling.since(), kStart);
  EXPECT_THAT(settling.Take(), ElementsAre("a.py", "b.py"));
}

TEST(SettlingTest, ChangesWithoutAnEndDoNotPutItOffForEver) {
  Settling settling;
  for (Time now = kStart; now < kStart + 2s; now += 10ms) settling.Changed("a.py", now);
  EXPECT_EQ(settling.due(), kStart + Settling::kMost);
}

TEST(SettlingTest, ASummaryNamesCodeFirst) {
  EXPECT_EQ(Summary({"a.json"}), "a.json");
  EXPECT_EQ(Summary({"a.json", "b.py", "c.py"}), "b.py and 2 more");
}

}  // namespace
}  // namespace ekiben::reload
