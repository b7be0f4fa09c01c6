// SPDX-License-Identifier: Apache-2.0
#include "cli/registry_options.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::cli {
namespace {

const store::Tag kTag{.name = "iris", .version = "v1"};

std::string Target(const char* text, const char* default_registry = "") {
  const auto target = PushTarget(text, kTag, default_registry);
  return target ? target->ToString() : "error: " + target.error().message();
}

TEST(RegistryOptionsTest, ATargetHasTheVersionUnlessItNamesATag) {
  EXPECT_EQ(Target("r.example/team/iris"), "r.example/team/iris:v1");
  EXPECT_EQ(Target("r.example/team/iris:prod"), "r.example/team/iris:prod");
}

TEST(RegistryOptionsTest, WithoutATargetItGoesToTheDefaultRegistry) {
  EXPECT_EQ(Target("", "r.example:5000/team/"), "r.example:5000/team/iris:v1");
  EXPECT_EQ(Target("other", "r.example/team"), "r.example/team/other:v1");
  EXPECT_EQ(Target("q.example/iris", "r.example/team"), "q.example/iris:v1");
}

TEST(RegistryOptionsTest, ARegistryHasToBeNamed) {
  EXPECT_EQ(Target(""), "error: 'iris:v1' names no registry");
  EXPECT_EQ(Target("team/iris"), "error: 'team/iris' names no registry");
  EXPECT_EQ(Target("", "team"), "error: EKIBEN_REGISTRY: 'team' names no registry");
}

TEST(RegistryOptionsTest, ADigestIsNoTarget) {
  EXPECT_FALSE(PushTarget("r.example/iris@sha256:" + std::string(64, 'a'), kTag, ""));
  EXPECT_TRUE(RemoteName("r.example/iris@sha256:" + std::string(64, 'a'), ""));
}

}  // namespace
}  // namespace ekiben::cli
