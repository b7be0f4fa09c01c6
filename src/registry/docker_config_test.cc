// SPDX-License-Identifier: Apache-2.0
#include "registry/docker_config.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"
#include "registry/credential_helper.h"

namespace ekiben::registry {
namespace {

TEST(DockerConfigTest, ALoginIsBase64OfUserAndPassword) {
  const auto config =
      DockerConfig::Parse(R"({"auths": {"a.example:5000": {"auth": "bWU6czpjcmV0"}}, "x": 1})");
  ASSERT_TRUE(config);
  const Login* const login = config->LoginOf("a.example:5000", "team/iris");
  ASSERT_NE(login, nullptr);
  EXPECT_EQ(login->user, "me");
  EXPECT_EQ(login->password, "s:cret");
  EXPECT_EQ(config->LoginOf("a.example", "team/iris"), nullptr);
}

TEST(DockerConfigTest, TheLongestPathCounts) {
  const auto config = DockerConfig::Parse(R"({"auths": {
      "q.example": {"username": "all", "password": "1"},
      "q.example/team": {"username": "team", "password": "2"}}})");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->LoginOf("q.example", "team/iris")->user, "team");
  EXPECT_EQ(config->LoginOf("q.example", "teams/iris")->user, "all");
}

TEST(DockerConfigTest, DockersOwnRegistryHasAUrlForItsName) {
  const auto config =
      DockerConfig::Parse(R"({"auths": {"https://index.docker.io/v1/": {"identitytoken": "t"}}})");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->LoginOf("docker.io", "library/iris")->identity_token, "t");
  EXPECT_EQ(HelperKey("docker.io"), "https://index.docker.io/v1/");
  EXPECT_EQ(HelperKey("a.example"), "a.example");
}

TEST(DockerConfigTest, AHelperOfItsOwnGoesBeforeTheStore) {
  const auto config =
      DockerConfig::Parse(R"({"credsStore": "pass", "credHelpers": {"a.example": "ecr-login"}})");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->HelperOf("a.example"), "ecr-login");
  EXPECT_EQ(config->HelperOf("b.example"), "pass");
}

TEST(DockerConfigTest, ABrokenLoginIsNamedWithoutItsText) {
  const auto config = DockerConfig::Parse(R"({"auths": {"a.example": {"auth": "c2VjcmV0"}}})");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message(), "auths.'a.example'.auth: it is not base64 of USER:PASSWORD");
  EXPECT_FALSE(DockerConfig::Parse("[]"));
  EXPECT_FALSE(DockerConfig::Parse("{"));
}

TEST(DockerConfigTest, AHelperAnswersWithALoginOrAToken) {
  EXPECT_EQ(ParseHelperAnswer(R"({"ServerURL": "a", "Username": "u", "Secret": "s"})")->user, "u");
  const auto token = ParseHelperAnswer(R"({"Username": "<token>", "Secret": "s"})");
  EXPECT_EQ(token->identity_token, "s");
  EXPECT_EQ(token->user, "");
  EXPECT_FALSE(ParseHelperAnswer("{}"));
  EXPECT_FALSE(ParseHelperAnswer("no json"));
}

TEST(DockerConfigTest, HelpersThatAreNotThereOrNoneAreNamed) {
  EXPECT_EQ(AskHelper("no-such-helper", "a").error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(AskHelper("../x", "a").error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace ekiben::registry
