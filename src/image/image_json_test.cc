// SPDX-License-Identifier: Apache-2.0
#include "image/image_json.h"

#include <vector>

#include <gmock/gmock.h>

#include "base/sha256.h"

namespace ekiben::image {
namespace {

const std::vector<ImageLayer> kLayers = {
    {.blob = {.digest = "sha256:aa", .diff_id = "sha256:bb", .size = 7, .unpacked = 512},
     .made_by = "ekiben: the bento"}};
const std::vector<registry::Reference> kNames = {{"iris", "v1"}, {"localhost:5000/iris", "latest"}};

TEST(ImageJsonTest, TheConfigSaysHowToRunIt) {
  const ImageConfig config{.architecture = "amd64",
                           .created = 86400,
                           .entrypoint = {"/usr/bin/ekiben"},
                           .command = {"serve"},
                           .environment = {"A=b"},
                           .user = "65532:65532",
                           .working_folder = "/home",
                           .ports = {"3000/tcp"},
                           .labels = {{"k", "v"}},
                           .healthcheck = {.command = {"/usr/bin/ekiben", "healthcheck"}}};
  EXPECT_EQ(
      ConfigJson(config, kLayers),
      R"({"created":"1970-01-02T00:00:00Z","architecture":"amd64","os":"linux","config":)"
      R"({"User":"65532:65532","ExposedPorts":{"3000/tcp":{}},"Env":["A=b"],)"
      R"("Entrypoint":["/usr/bin/ekiben"],"Cmd":["serve"],)"
      R"("Healthcheck":{"Test":["CMD","/usr/bin/ekiben","healthcheck"],"Interval":30000000000,)"
      R"("Timeout":5000000000,"StartPeriod":30000000000},)"
      R"("WorkingDir":"/home","Labels":{"k":"v"},"StopSignal":"SIGTERM"},)"
      R"("rootfs":{"type":"layers","diff_ids":["sha256:bb"]},)"
      R"("history":[{"created":"1970-01-02T00:00:00Z","created_by":"ekiben: the bento"}]})");
}

TEST(ImageJsonTest, TheManifestPointsToConfigAndLayers) {
  EXPECT_EQ(
      ManifestJson("{}", kLayers),
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
      R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:)" +
          Sha256Of("{}") +
          R"(","size":2},"layers":[{"mediaType":)"
          R"("application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:aa","size":7}]})");
}

TEST(ImageJsonTest, TheIndexHasAManifestForEachName) {
  const std::string index = IndexJson("{}", {}, kNames, true);
  EXPECT_THAT(index, testing::HasSubstr(
                         R"("annotations":{"io.containerd.image.name":"docker.io/library/iris:v1",)"
                         R"("org.opencontainers.image.ref.name":"v1"}})"));
  EXPECT_THAT(index,
              testing::HasSubstr(R"("io.containerd.image.name":"localhost:5000/iris:latest")"));
  EXPECT_THAT(IndexJson("{}", {}, kNames, false),
              testing::HasSubstr(R"("annotations":{"org.opencontainers.image.ref.name":"v1"})"));
}

TEST(ImageJsonTest, AnAttachmentIsFoundByTheImage) {
  const std::vector<Attachment> attachments = {{.type = "text/x", .content = "bytes"}};
  const std::string subject = R"("subject":{"mediaType":)"
                              R"("application/vnd.oci.image.manifest.v1+json","digest":"sha256:)" +
                              Sha256Of("image") + R"(","size":5})";
  const std::string manifest = AttachmentJson(attachments[0], "image");
  EXPECT_THAT(manifest, testing::HasSubstr(R"("artifactType":"text/x")"));
  EXPECT_THAT(manifest, testing::HasSubstr(subject));
  EXPECT_THAT(ReferrersJson(attachments, "image"), testing::HasSubstr(Sha256Of(manifest)));
  EXPECT_EQ(ReferrersTag("image"), "sha256-" + Sha256Of("image"));
}

TEST(ImageJsonTest, DockersManifestPointsIntoTheLayout) {
  EXPECT_EQ(DockerManifestJson("{}", kLayers, kNames),
            R"([{"Config":"blobs/sha256/)" + Sha256Of("{}") +
                R"(","RepoTags":["iris:v1","localhost:5000/iris:latest"],)"
                R"("Layers":["blobs/sha256/aa"]}])");
}

}  // namespace
}  // namespace ekiben::image
