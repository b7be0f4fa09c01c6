// SPDX-License-Identifier: Apache-2.0
#include "http/pace.h"

#include <gtest/gtest.h>

namespace ekiben::http {
namespace {

using std::chrono::seconds;

constexpr Time kStart{};

TEST(PaceTest, AByteNowAndThenIsTooSlowOnceTheWindowIsOver) {
  Pace pace({.window = seconds(10), .least = 100});
  for (int second = 0; second < 10; ++second) EXPECT_TRUE(pace.Add(kStart + seconds(second), 1));
  EXPECT_FALSE(pace.Add(kStart + seconds(10), 1));
}

TEST(PaceTest, WhatCameFastBeforeDoesNotCountForLater) {
  Pace pace({.window = seconds(10), .least = 100});
  EXPECT_TRUE(pace.Add(kStart, 1'000'000));
  EXPECT_TRUE(pace.Add(kStart + seconds(10), 1));
  EXPECT_FALSE(pace.Add(kStart + seconds(20), 1));
}

TEST(PaceTest, EnoughInEachWindowIsFineForever) {
  Pace pace({.window = seconds(10), .least = 100});
  for (int second = 0; second < 1000; ++second) EXPECT_TRUE(pace.Add(kStart + seconds(second), 10));
}

TEST(PaceTest, TheTimeBeforeTheFirstByteDoesNotCount) {
  Pace pace({.window = seconds(10), .least = 100});
  EXPECT_TRUE(pace.Add(kStart + seconds(3600), 1));
}

}  // namespace
}  // namespace ekiben::http
