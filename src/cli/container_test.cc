// SPDX-License-Identifier: Apache-2.0
#include "cli/container.h"

#include <gmock/gmock.h>

#include "cli/cli_testing.h"

namespace ekiben::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ContainerTest, NothingAndOptionsAloneServe) {
  EXPECT_THAT(ContainerWords({}, {}), ElementsAre("serve"));
  EXPECT_THAT(ContainerWords({"--production"}, {}), ElementsAre("serve", "--production"));
}

TEST(ContainerTest, BentoMLsCommandsServe) {
  EXPECT_THAT(ContainerWords({"serve", "--production"}, {}), ElementsAre("serve", "--production"));
  EXPECT_THAT(ContainerWords({"serve-http", "-p", "80"}, {}), ElementsAre("serve", "-p", "80"));
  EXPECT_THAT(ContainerWords({"bentoml", "serve"}, {}), ElementsAre("serve"));
  EXPECT_THAT(ContainerWords({"ekiben", "version"}, {}), ElementsAre("version"));
  EXPECT_THAT(ContainerWords({"ekiben"}, {}), ElementsAre("serve"));
}

TEST(ContainerTest, WhatThePlatformSaysHoldsUnlessAnOptionSaysOtherwise) {
  const ContainerAddress address{.host = "::", .port = "8080"};
  EXPECT_THAT(ContainerWords({}, address), ElementsAre("serve", "--host", "::", "--port", "8080"));
  EXPECT_THAT(ContainerWords({"serve", "--port=80", "--host", "127.0.0.1"}, address),
              ElementsAre("serve", "--port=80", "--host", "127.0.0.1"));
  EXPECT_THAT(ContainerWords({"serve", "-p80"}, {.port = "8080"}), ElementsAre("serve", "-p80"));
  EXPECT_THAT(ContainerWords({"version"}, address), ElementsAre("version"));
}

TEST(ContainerTest, OtherWordsAreLeftAsTheyAre) {
  EXPECT_THAT(ContainerWords({"python", "-c", "1"}, {}), ElementsAre("python", "-c", "1"));
}

class ContainerCommandTest : public CliTest {};

TEST_F(ContainerCommandTest, RunsItsWordsAsIfTheyHadBeenTyped) {
  EXPECT_EQ(Run({"container", "version"}), 0);
  const std::string version = out();
  EXPECT_EQ(Run({"version"}), 0);
  EXPECT_EQ(out(), version);
  EXPECT_EQ(Run({"container", "no-such-thing"}), 2);
  EXPECT_THAT(err(), HasSubstr("unknown command 'no-such-thing'"));
}

}  // namespace
}  // namespace ekiben::cli
