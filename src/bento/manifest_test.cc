// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "bento/texts.h"
#include "store/bento_yaml.h"

namespace ekiben::bento {
namespace {

using testing::HasSubstr;
using testing::Not;

Plan LeastPlan() {
  return {.tag = store::Tag::Parse("iris:v1").value(),
          .service = "service:svc",
          .python_version = "3.11.7",
          .creation_time = store::CurrentTime()};
}

store::ModelInfo Model(const std::string& tag) {
  return {.tag = store::Tag::Parse(tag).value(),
          .module = "bentoml.onnx",
          .creation_time = store::CurrentTime()};
}

TEST(ManifestTest, WhatIsWrittenIsReadAgain) {
  Plan plan = LeastPlan();
  plan.options.labels = {{"no", "yes"}, {"quote\"d", "a: b # c"}, {"number", "1"}};
  plan.models = {Model("a:v1"), Model("b:v1")};
  const auto info =
      store::ParseBentoYaml(ManifestText(plan) + DigestLine("sha256:" + std::string(64, 'a')));
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->tag.ToString(), "iris:v1");
  EXPECT_EQ(info->labels, plan.options.labels);
  ASSERT_EQ(info->models.size(), 2);
  EXPECT_EQ(info->models[1].tag.ToString(), "b:v1");
  EXPECT_EQ(info->digest, "sha256:" + std::string(64, 'a'));
}

TEST(ManifestTest, AModelHasAnEntryForEachOfItsAliases) {
  Plan plan = LeastPlan();
  plan.models = {Model("a:v1"), Model("b:v1")};
  plan.aliases = {{"one", "a:v1"}, {"two", "a:v1"}};
  const std::string text = ManifestText(plan);
  EXPECT_LT(text.find("alias: one"), text.find("alias: two"));
  EXPECT_LT(text.find("alias: two"), text.find("b:v1"));
  const auto info = store::ParseBentoYaml(text);
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->models.size(), 2);
}

TEST(ManifestTest, VariablesAreWhereWhoRunsItLooksForThem) {
  Plan plan = LeastPlan();
  plan.options.envs = {{.name = "MODE", .value = "fast"},
                       {.name = "PIP_PROXY", .value = "p", .stage = "build"},
                       {.name = "TOKEN"}};
  const std::string text = ManifestText(plan);
  EXPECT_THAT(text, HasSubstr("  env:\n    MODE: fast\n"));
  EXPECT_THAT(text, Not(HasSubstr("PIP_PROXY")));
  const auto info = store::ParseBentoYaml(text);
  ASSERT_THAT(info, IsOk());
  EXPECT_THAT(info->required_env, testing::ElementsAre("TOKEN"));
}

TEST(ManifestTest, ABaseImageHasNoDistributionOfOurs) {
  Plan plan = LeastPlan();
  EXPECT_THAT(ManifestText(plan), HasSubstr("distro: debian"));
  plan.options.docker.base_image = "mine:1";
  EXPECT_THAT(ManifestText(plan), HasSubstr("distro: null"));
}

TEST(ManifestTest, ARunnersTypeIsTheClassWithoutItsModule) {
  Plan plan = LeastPlan();
  plan.description.runners = {{.name = "r", .models = {"a:v1"}, .runnable = "pkg.mod:Class"},
                              {.name = "s", .runnable = "Bare"}};
  const std::string text = ManifestText(plan);
  EXPECT_THAT(text, HasSubstr("runnable_type: Class\n"));
  EXPECT_THAT(text, HasSubstr("runnable_type: Bare\n"));
}

TEST(ManifestTest, TheMinorVersionIsTwoNumbers) {
  EXPECT_EQ(MinorVersion("3.11.7"), "3.11");
  EXPECT_EQ(MinorVersion("3.10"), "3.10");
  EXPECT_EQ(MinorVersion("3"), "3");
  EXPECT_EQ(MinorVersion(""), "");
}

TEST(ManifestTest, CondasPipPackagesComeAfterPipItself) {
  EXPECT_EQ(CondaText({.dependencies = {"numpy=2"}, .pip = {"ekiben"}}),
            "channels:\n- conda-forge\ndependencies:\n- \"numpy=2\"\n- pip\n- pip:\n  - ekiben\n");
  EXPECT_THAT(
      CondaText({.channels = {"mine"}, .dependencies = {"numpy"}}),
      testing::AllOf(HasSubstr("- mine\n"), Not(HasSubstr("conda-forge")), Not(HasSubstr("pip"))));
}

}  // namespace
}  // namespace ekiben::bento
