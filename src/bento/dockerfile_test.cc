// SPDX-License-Identifier: Apache-2.0
#include "bento/dockerfile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bento/texts.h"

namespace ekiben::bento {
namespace {

using testing::HasSubstr;
using testing::Not;

ImageParts Parts() {
  return {.python_version = "3.11",
          .ekiben_version = "1.2",
          .requirements = "requirements.lock.txt",
          .has_models = true};
}

TEST(DockerfileTest, PackagesComeBeforeModelsAndSources) {
  const std::string text = DockerfileText(BlocksOf(Parts()));
  EXPECT_THAT(text, HasSubstr("FROM python:3.11-slim\n"));
  const size_t packages =
      text.find("pip install --no-cache-dir -r env/python/requirements.lock.txt");
  ASSERT_NE(packages, text.npos);
  EXPECT_LT(packages, text.find("COPY models models"));
  EXPECT_LT(text.find("COPY models models"), text.find("COPY src src"));
  EXPECT_THAT(text, HasSubstr("\nUSER bentoml\n"));
}

TEST(DockerfileTest, ValuesCannotEndTheirLine) {
  ImageParts parts = Parts();
  parts.envs = {{.name = "A", .value = "x \"y\" $Z \\"},
                {.name = "B", .value = "1", .stage = "build"},
                {.name = "TOKEN"}};
  const std::string text = DockerfileText(BlocksOf(parts));
  EXPECT_THAT(text, HasSubstr("ENV A=\"x \\\"y\\\" \\$Z \\\\\"\n"));
  EXPECT_THAT(text, HasSubstr("ARG B=\"1\"\n"));
  EXPECT_THAT(text, Not(HasSubstr("TOKEN")));
}

TEST(DockerfileTest, TheOptionsAreInIt) {
  ImageParts parts = Parts();
  parts.docker = {.system_packages = {"ffmpeg"}, .base_image = "mine:1", .commands = {"echo hi"}};
  parts.needs_git = parts.has_wheels = parts.has_setup_script = true;
  parts.pip_args = "--pre";
  const std::string text = DockerfileText(BlocksOf(parts));
  EXPECT_THAT(text, HasSubstr("FROM mine:1\n"));
  EXPECT_THAT(text, HasSubstr("--no-install-recommends ffmpeg git "));
  EXPECT_THAT(text, HasSubstr("pip install --no-cache-dir --pre env/python/wheels/*.whl"));
  EXPECT_THAT(text, HasSubstr("&& env/docker/setup_script"));
  EXPECT_THAT(text, HasSubstr("RUN echo hi\n"));
}

TEST(DockerfileTest, AModelNeedsNoSources) {
  const std::string text = DockerfileText(BlocksOf(
      {.python_version = "3.11", .ekiben_version = "1.2", .is_model = true, .has_models = true}));
  EXPECT_THAT(text, Not(HasSubstr("COPY src")));
  EXPECT_THAT(text, Not(HasSubstr("env/python")));
}

TEST(DockerfileTest, VersionsOfImagesHaveTwoParts) {
  EXPECT_EQ(MinorVersion("3.11.7"), "3.11");
  EXPECT_EQ(MinorVersion("3.12"), "3.12");
  EXPECT_EQ(MinorVersion("3"), "3");
}

}  // namespace
}  // namespace ekiben::bento
