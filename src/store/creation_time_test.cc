// SPDX-License-Identifier: Apache-2.0
#include "store/creation_time.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace ekiben::store {
namespace {

TEST(CreationTimeTest, WhatPythonWritesIsReadToTheMicrosecond) {
  const char* const text = "2026-11-22T14:03:08.433066+00:00";
  EXPECT_EQ(ToIso(ParseCreationTime(text).value()), text);
}

TEST(CreationTimeTest, FractionAndOffsetMayBeMissing) {
  const auto time = ParseCreationTime("2026-11-22T14:03:08+00:00").value();
  EXPECT_EQ(ParseCreationTime("2026-11-22 14:03:08"), time);
  EXPECT_EQ(ParseCreationTime("2026-11-22T14:03:08Z"), time);
  EXPECT_EQ(ParseCreationTime("2026-11-22T14:03:08.0"), time);
}

TEST(CreationTimeTest, OffsetsAreTakenOff) {
  EXPECT_EQ(ToIso(ParseCreationTime("2026-11-23T01:03:08.5+11:00").value()),
            "2026-11-22T14:03:08.500000+00:00");
  EXPECT_EQ(ToIso(ParseCreationTime("2026-11-22T09:33:08-0430").value()),
            "2026-11-22T14:03:08.000000+00:00");
}

TEST(CreationTimeTest, WhatIsNoTimeIsRefused) {
  for (const char* text :
       {"", "yesterday", "2026-11-22", "2026-13-01T00:00:00", "2026-02-30T00:00:00",
        "2026-11-22T24:00:00", "2026-11-22T14:03", "2026-11-22T14:03:08.", "2026-11-22T14:03:08+1",
        "2026-11-22T14:03:08+00:00x", "-026-11-22T14:03:08"}) {
    EXPECT_EQ(ParseCreationTime(text), std::nullopt) << text;
  }
}

TEST(CreationTimeTest, TimesBefore1970KeepTheirFraction) {
  const char* const text = "1969-12-31T23:59:59.250000+00:00";
  EXPECT_EQ(ToIso(ParseCreationTime(text).value()), text);
}

}  // namespace
}  // namespace ekiben::store
