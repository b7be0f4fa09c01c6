// SPDX-License-Identifier: Apache-2.0
#include "registry/reference.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::registry {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(ReferenceTest, RegistryPathTagAndDigestAreTakenApart) {
  const auto reference = Reference::Parse("registry.example:5000/team/iris:1.0@" + kDigest);
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->Host(), "registry.example:5000");
  EXPECT_EQ(reference->Path(), "team/iris");
  EXPECT_EQ(reference->tag, "1.0");
  EXPECT_EQ(reference->digest, kDigest);
  EXPECT_EQ(reference->Wanted(), kDigest);
  EXPECT_EQ(reference->ToString(), "registry.example:5000/team/iris:1.0@" + kDigest);
}

TEST(ReferenceTest, WithoutATagTheLatestIsWanted) {
  const auto reference = Reference::Parse("localhost/iris");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->tag, "");
  EXPECT_EQ(reference->Wanted(), "latest");
  EXPECT_EQ(reference->ToString(), "localhost/iris:latest");
}

TEST(ReferenceTest, AHostsPortIsNoTag) {
  EXPECT_EQ(*Reference::Parse("localhost:5000/team/iris"), (Reference{"localhost:5000/team/iris"}));
  EXPECT_EQ(*Reference::Parse("r.example:5000/iris:1.0"),
            (Reference{"r.example:5000/iris", "1.0"}));
}

TEST(ReferenceTest, WithoutARegistryItIsDockers) {
  EXPECT_EQ(Reference::Parse("iris:1")->Full(), "docker.io/library/iris:1");
  EXPECT_EQ(Reference::Parse("team/iris:1")->Full(), "docker.io/team/iris:1");
  EXPECT_EQ(Reference::Parse("docker.io/iris:1")->Path(), "library/iris");
  EXPECT_EQ(Reference::Parse("localhost/iris:1")->Full(), "localhost/iris:1");
  EXPECT_FALSE(Reference::Parse("team/iris:1")->HasHost());
}

TEST(ReferenceTest, TheAddressOfAnIPv6RegistryKeepsItsBrackets) {
  const auto reference = Reference::Parse("[::1]:5000/iris:1");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->Host(), "[::1]:5000");
  EXPECT_EQ(reference->Path(), "iris");
}

TEST(ReferenceTest, WhatARegistryWouldRefuseIsRefused) {
  for (const std::string& text : {std::string(""),
                                  std::string("Iris"),
                                  std::string("a//b"),
                                  std::string("a..b"),
                                  std::string("iris:"),
                                  std::string("iris:-1"),
                                  std::string(":v1"),
                                  std::string("iris..clf"),
                                  std::string("iris_"),
                                  std::string("iris/"),
                                  std::string("/iris"),
                                  std::string("iris:.v1"),
                                  std::string("iris:a b"),
                                  std::string("iris\n"),
                                  std::string("ir___is"),
                                  std::string("exa mple.com/iris"),
                                  std::string("iris:v1:v2"),
                                  std::string("../iris"),
                                  std::string("a/../b"),
                                  std::string("iris@sha256:12"),
                                  std::string("iris@md5:00"),
                                  "iris@" + kDigest + "0",
                                  std::string("iris:") + std::string(129, 'a'),
                                  std::string("ir is"),
                                  std::string("a.b/c?x=1"),
                                  std::string("a.b/") + std::string(300, 'a')}) {
    EXPECT_FALSE(Reference::Parse(text)) << text;
  }
}

TEST(ReferenceTest, DigestsAreHexadecimalInLowerCase) {
  EXPECT_TRUE(IsDigest(kDigest));
  EXPECT_FALSE(IsDigest("sha256:" + std::string(64, 'A')));
  EXPECT_FALSE(IsDigest("sha256:" + std::string(63, 'a') + "/"));
  EXPECT_FALSE(IsDigest(std::string(64, 'a')));
}

}  // namespace
}  // namespace ekiben::registry
