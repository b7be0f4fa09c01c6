// SPDX-License-Identifier: Apache-2.0
#include "registry/challenge.h"

#include <gmock/gmock.h>

namespace ekiben::registry {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Pair;

TEST(ChallengeTest, ABearerNamesRealmServiceAndScope) {
  const auto found = ParseChallenges(
      R"(Bearer realm="https://auth.example/token?x=1",service="registry", scope="repository:a/b:pull,push")");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].scheme, "bearer");
  EXPECT_THAT(found[0].values,
              ElementsAre(Pair("realm", "https://auth.example/token?x=1"),
                          Pair("scope", "repository:a/b:pull,push"), Pair("service", "registry")));
}

TEST(ChallengeTest, SeveralMayStandInOneHeader) {
  EXPECT_THAT(ParseChallenges(R"(Basic realm="a \"b\"", bearer Realm=c)"),
              ElementsAre(Field(&Challenge::values, ElementsAre(Pair("realm", "a \"b\""))),
                          Field(&Challenge::values, ElementsAre(Pair("realm", "c")))));
}

TEST(ChallengeTest, WhatCannotBeReadIsLeftOut) {
  EXPECT_THAT(ParseChallenges(""), IsEmpty());
  EXPECT_THAT(ParseChallenges("\"\",,=;"), IsEmpty());
  EXPECT_THAT(ParseChallenges("realm=x"), IsEmpty());
  EXPECT_EQ(ParseChallenges("Basic realm=\"open").front().values.at("realm"), "open");
}

}  // namespace
}  // namespace ekiben::registry
