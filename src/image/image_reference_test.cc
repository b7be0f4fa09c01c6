// SPDX-License-Identifier: Apache-2.0
#include "image/image_reference.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"

namespace ekiben::image {
namespace {

TEST(ImageReferenceTest, ATagMayBeLeftOut) {
  EXPECT_EQ(*ImageReference::Parse("iris"), (ImageReference{"iris", "latest"}));
  EXPECT_EQ(*ImageReference::Parse("iris_clf:v1"), (ImageReference{"iris_clf", "v1"}));
}

TEST(ImageReferenceTest, AHostsPortIsNoTag) {
  EXPECT_EQ(*ImageReference::Parse("localhost:5000/team/iris"),
            (ImageReference{"localhost:5000/team/iris", "latest"}));
  EXPECT_EQ(*ImageReference::Parse("r.example:5000/iris:1.0"),
            (ImageReference{"r.example:5000/iris", "1.0"}));
}

TEST(ImageReferenceTest, TheFullNameIsDockers) {
  EXPECT_EQ(ImageReference::Parse("iris:v1")->Full(), "docker.io/library/iris:v1");
  EXPECT_EQ(ImageReference::Parse("me/iris")->Full(), "docker.io/me/iris:latest");
  EXPECT_EQ(ImageReference::Parse("localhost/iris:v1")->Full(), "localhost/iris:v1");
}

TEST(ImageReferenceTest, WhatARegistryWouldRefuseIsRefused) {
  for (const char* const text : {"", ":v1", "iris:", "Iris", "iris..clf", "iris_", "iris/", "/iris",
                                 "iris:a b", "iris@sha256:ab", "iris:.v1", "a b", "iris\n",
                                 "ir___is", "exa mple.com/iris", "iris:v1:v2"}) {
    EXPECT_THAT(ImageReference::Parse(text), HasCode(Code::kInvalidArgument)) << text;
  }
  EXPECT_THAT(ImageReference::Parse("iris:" + std::string(129, 'a')),
              HasCode(Code::kInvalidArgument));
}

}  // namespace
}  // namespace ekiben::image
