// SPDX-License-Identifier: Apache-2.0
#include "image/base_manifest.h"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "image/blob_writer.h"

namespace ekiben::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

std::string Digest(char digit) { return "sha256:" + std::string(64, digit); }

std::string Descriptor(const char* type, char digit, const char* more = "") {
  return fmt::format(R"({{"mediaType":"{}","size":7,"digest":"{}"{}}})", type, Digest(digit), more);
}

constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";

std::string Index() {
  return fmt::format(
      R"({{"manifests":[{},{},{},{}]}})",
      Descriptor(kManifest, '1', R"(,"platform":{"os":"linux","architecture":"arm64"})"),
      Descriptor(kManifest, '2', R"(,"platform":{"os":"linux","architecture":"amd64"})"),
      Descriptor(kManifest, '3', R"(,"platform":{"os":"unknown","architecture":"unknown"})"),
      Descriptor(kManifest, '4'));
}

TEST(BaseManifestTest, OfSeveralImagesTheOneForThePlatformIsTaken) {
  EXPECT_EQ(*ChooseImage(Index(), "linux/amd64"), Digest('2'));
  EXPECT_EQ(*ChooseImage(Index(), "linux/arm64"), Digest('1'));
}

TEST(BaseManifestTest, APlatformThatIsNotThereIsSaidWithThoseThatAre) {
  const auto none = ChooseImage(Index(), "linux/riscv64");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error(), HasCode(Code::kNotFound));
  EXPECT_THAT(none.error().message(), HasSubstr("linux/riscv64, but for: linux/arm64, linux/am"));
}

TEST(BaseManifestTest, PlatformsHaveTwoSpellings) {
  EXPECT_EQ(*PlatformOf("linux/amd64"), "linux/amd64");
  EXPECT_EQ(*PlatformOf("linux/x86_64"), "linux/amd64");
  EXPECT_EQ(*PlatformOf("linux/aarch64"), "linux/arm64");
  for (const char* const text : {"amd64", "windows/amd64", "linux/", "linux/arm/v7", ""}) {
    EXPECT_FALSE(PlatformOf(text)) << text;
  }
}

TEST(BaseManifestTest, DockersAndOcisManifestsAreRead) {
  const auto manifest = ParseBaseManifest(
      fmt::format(R"({{"config":{},"layers":[{},{}]}})", Descriptor("any", 'c'),
                  Descriptor("application/vnd.docker.image.rootfs.diff.tar.gzip", '1'),
                  Descriptor("application/vnd.oci.image.layer.v1.tar+zstd", '2')));
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->config.digest, Digest('c'));
  ASSERT_EQ(manifest->layers.size(), 2U);
  EXPECT_EQ(manifest->layers[0].media_type, kGzipLayer);
  EXPECT_EQ(FormOfLayer(manifest->layers[0].media_type), archive::Form::kGzip);
  EXPECT_EQ(FormOfLayer(manifest->layers[1].media_type), archive::Form::kZstd);
  EXPECT_EQ(manifest->layers[1].digest, Digest('2'));
  EXPECT_EQ(manifest->layers[1].size, 7U);
}

TEST(BaseManifestTest, WhatCannotBeBuiltUponIsRefused) {
  const auto foreign = ParseBaseManifest(
      fmt::format(R"({{"config":{},"layers":[{}]}})", Descriptor("any", 'c'),
                  Descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", '1')));
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error(), HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(foreign.error().message(), HasSubstr("foreign.diff"));
  for (const char* const text :
       {"", "[]", "{}", R"({"config":{"digest":"sha256:1","size":1},"layers":[]})",
        R"({"config":{"digest":"../../etc","size":1},"layers":[]})"}) {
    EXPECT_FALSE(ParseBaseManifest(text)) << text;
  }
}

TEST(BaseManifestTest, AConfigSaysWhatStaysSet) {
  const auto config = ParseBaseConfig(
      fmt::format(R"({{"os":"linux","architecture":"amd64","config":{{"Env":["PATH=/bin","A=1=2"],)"
                  R"("Labels":{{"owner":"me"}}}},"rootfs":{{"type":"layers","diff_ids":["{}"]}}}})",
                  Digest('d')));
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->platform, "linux/amd64");
  EXPECT_THAT(config->environment, ElementsAre("PATH=/bin", "A=1=2"));
  EXPECT_THAT(config->labels, UnorderedElementsAre(Pair("owner", "me")));
  EXPECT_THAT(config->diff_ids, ElementsAre(Digest('d')));
}

TEST(BaseManifestTest, AConfigMaySayNothing) {
  const auto config =
      ParseBaseConfig(R"({"os":"linux","architecture":"amd64","config":{"Env":null,"Labels":null},)"
                      R"("rootfs":{"diff_ids":[]}})");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_TRUE(config->environment.empty() && config->labels.empty() && config->diff_ids.empty());
  EXPECT_FALSE(ParseBaseConfig(R"({"os":"linux","architecture":"amd64"})"));
}

}  // namespace
}  // namespace ekiben::image
