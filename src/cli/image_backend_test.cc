// SPDX-License-Identifier: Apache-2.0
#include "cli/image_backend.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"

namespace ekiben::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ImageBackendTest, TheBentosFolderIsTheContextAndItsDockerfileIsNamed) {
  const BackendBuild build{.tool = "podman",
                           .names = {{.repository = "iris", .tag = "v1"},
                                     {.repository = "registry.example/iris", .tag = "latest"}},
                           .labels = {{"team", "botany"}},
                           .platform = "linux/arm64",
                           .options = {"network=host", "squash", "--pull=never"}};
  EXPECT_THAT(
      BackendArguments(build, "/b"),
      ElementsAre("build", "--file", "/b/env/docker/Dockerfile", "--tag=iris:v1",
                  "--tag=registry.example/iris:latest", "--label=team=botany",
                  "--platform=linux/arm64", "--network=host", "--squash", "--pull=never", "/b"));
}

TEST(ImageBackendTest, AToolThatIsNotThereIsSaid) {
  const Status status = RunBackend({.tool = "no-such-tool"}, "/nowhere");
  EXPECT_THAT(status, HasCode(Code::kNotFound));
  EXPECT_THAT(status.message(), HasSubstr("'no-such-tool'"));
}

TEST(ImageBackendTest, AFolderWithoutADockerfileIsSaid) {
  const Status status = RunBackend({.tool = "true"}, "/nowhere");
  EXPECT_THAT(status, HasCode(Code::kNotFound));
  EXPECT_THAT(status.message(), HasSubstr("env/docker/Dockerfile"));
}

}  // namespace
}  // namespace ekiben::cli
