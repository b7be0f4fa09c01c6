// SPDX-License-Identifier: Apache-2.0
#include "artifact/artifact.h"

#include <gmock/gmock.h>

#include "artifact/media_types.h"
#include "base/status_matchers.h"

namespace ekiben::artifact {
namespace {

using testing::HasSubstr;

std::string Digest(char digit) { return "sha256:" + std::string(64, digit); }

Layer ModelLayer(const store::Tag& tag, char digit) {
  return {.blob = {.media_type = std::string(kModelLayer),
                   .digest = Digest(digit),
                   .size = 7,
                   .annotations = {{std::string(kFilePath), ModelPath(tag)}}},
          .diff_id = Digest('d'),
          .model = tag};
}

Artifact Bento() {
  Artifact bento{.kind = Kind::kBento,
                 .tag = {.name = "iris", .version = "v1"},
                 .digest = Digest('e'),
                 .has_models_inside = true};
  bento.layers.push_back(ModelLayer({.name = "clf", .version = "m1"}, 'a'));
  bento.layers.push_back({.blob = {.media_type = std::string(kCodeLayer),
                                   .digest = Digest('b'),
                                   .size = 9,
                                   .annotations = {{std::string(kFilePath), "."}}},
                          .diff_id = Digest('c')});
  return bento;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

std::string ErrorOf(std::string_view from, std::string_view to) {
  registry::ManifestText text = Bento().Manifest();
  text.bytes = Replaced(text.bytes, from, to);
  const auto parts = ParseManifest(text);
  return parts ? "" : parts.error().message();
}

TEST(ArtifactTest, WhatIsWrittenIsRead) {
  const Artifact bento = Bento();
  auto parts = ParseManifest(bento.Manifest());
  ASSERT_THAT(parts, IsOk());
  const auto read = ParseArtifact(*std::move(parts), bento.ConfigJson());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->tag, bento.tag);
  EXPECT_EQ(read->kind, Kind::kBento);
  EXPECT_EQ(read->digest, bento.digest);
  EXPECT_TRUE(read->has_models_inside);
  ASSERT_EQ(read->layers.size(), 2U);
  EXPECT_EQ(read->layers[0].blob, bento.layers[0].blob);
  EXPECT_EQ(read->layers[0].model, bento.layers[0].model);
  EXPECT_EQ(read->layers[1].diff_id, Digest('c'));
  EXPECT_EQ(read->Manifest().digest, bento.Manifest().digest);
}

TEST(ArtifactTest, DigestsThatCouldBePathsAreRefused) {
  EXPECT_THAT(ErrorOf(Digest('a'), "sha256:../../../etc/passwd"), HasSubstr("layers[0].digest"));
  EXPECT_THAT(ErrorOf(Digest('a'), "md5:00"), HasSubstr("layers[0].digest"));
}

TEST(ArtifactTest, LayersBelongToTheBentoOrAModel) {
  EXPECT_THAT(ErrorOf("models/clf/m1", "models/../m1"), HasSubstr("layers[0].annotations"));
  EXPECT_THAT(ErrorOf("models/clf/m1", "models/clf/latest"), HasSubstr("layers[0].annotations"));
  EXPECT_THAT(ErrorOf("models/clf/m1", "src"), HasSubstr("layers[0].annotations"));
  EXPECT_THAT(ErrorOf("models/clf/m1", "."), HasSubstr("a bento has not"));
}

TEST(ArtifactTest, ImagesAndWhatOthersMadeAreNamed) {
  const registry::ManifestText image{
      .bytes = R"({"config": {"mediaType": "application/vnd.oci.image.config.v1+json"}})"};
  EXPECT_THAT(ParseManifest(image).error().message(), HasSubstr("container image"));
  EXPECT_THAT(ParseManifest({.bytes = R"({"manifests": []})"}).error().message(),
              HasSubstr("index"));
  EXPECT_THAT(ParseManifest({.bytes = "{}"}).error().message(), HasSubstr("neither"));
  EXPECT_EQ(ParseManifest({.bytes = "{"}).error().code(), Code::kInvalidArgument);
}

TEST(ArtifactTest, AManifestSaysWhetherItIsOurs) {
  EXPECT_TRUE(IsArtifact(Bento().Manifest()));
  EXPECT_FALSE(IsArtifact({.bytes = R"({"manifests": []})"}));
  EXPECT_FALSE(IsArtifact({.bytes = R"({"artifactType": "application/vnd.other"})"}));
  EXPECT_FALSE(IsArtifact({.bytes = "{"}));
}

TEST(ArtifactTest, AConfigThatDoesNotFitIsRefused) {
  const Artifact bento = Bento();
  const auto error = [&](std::string_view from, std::string_view to) {
    const auto read =
        ParseArtifact(*ParseManifest(bento.Manifest()), Replaced(bento.ConfigJson(), from, to));
    return read ? "" : read.error().message();
  };
  EXPECT_THAT(error("\"bento\"", "\"model\""), HasSubstr("ekiben.kind"));
  EXPECT_THAT(error("\"iris\"", "\"../iris\""), HasSubstr("no tag"));
  EXPECT_THAT(error("\"format\":1", "\"format\":2"), HasSubstr("newer version"));
  EXPECT_THAT(error("\"" + Digest('d') + "\",", ""), HasSubstr("one for each layer"));
  EXPECT_THAT(error("\"ekiben\"", "\"other\""), HasSubstr("another program"));
}

}  // namespace
}  // namespace ekiben::artifact
