// SPDX-License-Identifier: Apache-2.0
#include "cli/container.h"

#include <cstdlib>
#include <sstream>
#include <utility>
#include <vector>

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
  const ContainerDefaults address{.host = "::", .port = "8080"};
  EXPECT_THAT(ContainerWords({}, address), ElementsAre("serve", "--host", "::", "--port", "8080"));
  EXPECT_THAT(ContainerWords({"serve", "--port=80", "--host", "127.0.0.1"}, address),
              ElementsAre("serve", "--port=80", "--host", "127.0.0.1"));
  EXPECT_THAT(ContainerWords({"serve", "-p80"}, {.port = "8080"}), ElementsAre("serve", "-p80"));
  EXPECT_THAT(ContainerWords({"version"}, address), ElementsAre("version"));
}

TEST(ContainerTest, WhatBentoMLsServeReadsFromTheEnvironmentHolds) {
  const std::vector<std::pair<const char*, const char*>> variables = {{"PORT", nullptr},
                                                                      {"BENTOML_PORT", "8080"},
                                                                      {"BENTOML_HOST", nullptr},
                                                                      {"BENTOML_API_WORKERS", "3"},
                                                                      {"BENTOML_TIMEOUT", "90"}};
  for (const auto& [name, value] : variables) {
    value == nullptr ? unsetenv(name) : setenv(name, value, /*replace=*/1);
  }
  EXPECT_THAT(ContainerWords({"serve", "--timeout", "5"}, DefaultsInEnvironment()),
              ElementsAre("serve", "--timeout", "5", "--port", "8080", "--api-workers", "3"));
  EXPECT_THAT(ContainerWords({}, DefaultsInEnvironment()),
              ElementsAre("serve", "--port", "8080", "--api-workers", "3", "--timeout", "90"));
  for (const auto& [name, value] : variables) unsetenv(name);
}

TEST(ContainerTest, OtherWordsAreLeftAsTheyAre) {
  EXPECT_THAT(ContainerWords({"python", "-c", "1"}, {}), ElementsAre("python", "-c", "1"));
}

TEST(ContainerTest, WhatOnlyBentoMLHasIsToldAndLeftOut) {
  std::ostringstream notes;
  const auto words = WithoutBentoMLsOwn(
      {"serve", "--backlog", "64", "--port", "80", "--do-not-track", "--context=a", "-q"}, notes);
  ASSERT_TRUE(words);
  EXPECT_THAT(*words, ElementsAre("serve", "--port", "80"));
  EXPECT_THAT(notes.str(), HasSubstr("note: --backlog is BentoML's, and does nothing here\n"));
  EXPECT_THAT(*WithoutBentoMLsOwn({"python", "-q"}, notes), ElementsAre("python", "-q"));
}

TEST(ContainerTest, WhoAsksForTlsIsNotServedWithout) {
  std::ostringstream notes;
  for (const char* word : {"--ssl-certfile", "--ssl-keyfile=a.pem"}) {
    const auto words = WithoutBentoMLsOwn({"serve", word, "a.pem"}, notes);
    ASSERT_FALSE(words);
    EXPECT_THAT(words.error().message(), HasSubstr("ekiben serves no TLS"));
  }
}

class ContainerCommandTest : public CliTest {};

TEST_F(ContainerCommandTest, HasHelpOfItsOwn) {
  EXPECT_EQ(Run({"container", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("ekiben container serve --production"));
  EXPECT_EQ(Run({"container", "serve", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("Usage: ekiben serve"));
  EXPECT_EQ(Run({"container", "serve", "--ssl-certfile", "a.pem"}), 4);
}

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
