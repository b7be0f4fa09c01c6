// SPDX-License-Identifier: Apache-2.0
#include "image/docker_options.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"

namespace ekiben::image {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

Status Checked(const std::string& bento_yaml) {
  const auto options = ParseDockerOptions(bento_yaml);
  return options ? CheckDockerOptions(*options) : options.error();
}

TEST(DockerOptionsTest, WhatSaysNothingIsFine) {
  EXPECT_THAT(Checked("service: s\n"), IsOk());
  EXPECT_THAT(Checked("docker:\n  distro: debian\n  python_version: '3.11'\n  base_image: null\n"
                      "  system_packages: null\n  env: null\n"
                      "conda:\n  environment_yml: null\n  channels: [defaults]\n  pip: null\n"
                      "ekiben:\n  format: 1\n"),
              IsOk());
}

TEST(DockerOptionsTest, VariablesAreAMapOrAList) {
  EXPECT_THAT(ParseDockerOptions("docker:\n  env: {A: '1', B: x}\n")->environment,
              UnorderedElementsAre(Pair("A", "1"), Pair("B", "x")));
  EXPECT_THAT(ParseDockerOptions("docker:\n  env: ['A=1=2', 'nothing']\n")->environment,
              UnorderedElementsAre(Pair("A", "1=2")));
  EXPECT_THAT(ParseDockerOptions("docker:\n  env: .env\n")->environment, IsEmpty());
}

TEST(DockerOptionsTest, WhatHasToRunInTheImageIsRefusedAndABackendNamed) {
  for (const char* const text :
       {"docker: {system_packages: [ffmpeg]}", "docker: {setup_script: setup.sh}",
        "docker: {cuda_version: '11.6'}", "docker: {dockerfile_template: T}",
        "conda: {dependencies: [h2o]}", "conda: {environment_yml: e.yml}",
        "ekiben: {commands: [make]}"}) {
    const Status status = Checked(text);
    EXPECT_THAT(status, HasCode(Code::kFailedPrecondition)) << text;
    EXPECT_THAT(status.hint(), HasSubstr("--backend docker|podman|buildah")) << text;
    EXPECT_THAT(status.message(), testing::Not(HasSubstr("\n"))) << text;
  }
  EXPECT_THAT(Checked("docker: {system_packages: [ffmpeg, git]}").message(),
              HasSubstr("ffmpeg, git"));
}

TEST(DockerOptionsTest, ADocumentThatIsNotAsExpectedNamesTheKey) {
  EXPECT_THAT(Checked("docker: {system_packages: ffmpeg}").message(),
              HasSubstr("docker.system_packages"));
}

}  // namespace
}  // namespace ekiben::image
