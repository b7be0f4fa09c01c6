// SPDX-License-Identifier: Apache-2.0
#include "signing/statement.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::signing {
namespace {

const Statement kStatement{.name = "iris:v1",
                           .kind = "bento",
                           .manifest = "sha256:" + std::string(64, 'a'),
                           .files = "sha256:" + std::string(64, 'b')};
const Expected kExpected{
    .what = "bento 'iris:v1'", .manifest = kStatement.manifest, .files = kStatement.files};

std::string ErrorOf(const std::vector<Signature>& signatures, const std::vector<PublicKey>& keys,
                    const Expected& expected = kExpected) {
  const auto verified = Verify(signatures, keys, expected);
  return verified ? "" : verified.error().message();
}

TEST(StatementTest, ItsTextIsTheOneThatCosignReads) {
  EXPECT_EQ(kStatement.ToJson(), R"({"critical":{"identity":{"docker-reference":"iris:v1"},)"
                                 R"("image":{"docker-manifest-digest":")" +
                                     kStatement.manifest +
                                     R"("},"type":"cosign container image signature"},)"
                                     R"("optional":{"ekiben.files":")" +
                                     kStatement.files +
                                     R"(","ekiben.kind":"bento","ekiben.tag":"iris:v1"}})");
}

TEST(StatementTest, WhatIsWrittenIsReadAndOthersMayHaveLess) {
  const auto read = Statement::Parse(kStatement.ToJson());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->files, kStatement.files);
  EXPECT_EQ(read->kind, "bento");
  const auto theirs = Statement::Parse(
      R"({"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":"x"},)"
      R"("type":"cosign container image signature"},"optional":null})");
  ASSERT_THAT(theirs, IsOk());
  EXPECT_EQ(theirs->manifest, "x");
  EXPECT_FALSE(Statement::Parse("{}"));
}

TEST(StatementTest, ATrustedSignatureOfTheSameVerifies) {
  const auto key = PrivateKey::Make();
  const auto signature = Sign(kStatement, *key);
  ASSERT_THAT(signature, IsOk());
  const auto verified =
      Verify(std::vector{*signature}, std::vector<PublicKey>{*PrivateKey::Make(), *key}, kExpected);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(*verified, key->Id());
}

TEST(StatementTest, EachWayToFailHasItsWords) {
  const auto key = PrivateKey::Make();
  const auto signature = *Sign(kStatement, *key);
  EXPECT_EQ(ErrorOf({}, {*key}), "bento 'iris:v1' is not signed");
  EXPECT_EQ(ErrorOf({signature}, {*PrivateKey::Make()}),
            "bento 'iris:v1' is signed by a key that is not trusted");
  EXPECT_EQ(ErrorOf({signature}, {}),
            "no key is trusted, so nobody can have signed bento 'iris:v1'");
  Expected other = kExpected;
  other.files = kStatement.manifest;
  EXPECT_EQ(ErrorOf({signature}, {*key}, other), "bento 'iris:v1' was changed after it was signed");
  Signature forged = signature;
  forged.payload += " ";
  EXPECT_EQ(ErrorOf({forged}, {*key}), "bento 'iris:v1' is signed by a key that is not trusted");
}

TEST(StatementTest, AnImageIsItsManifestAlone) {
  const Statement image{.name = "registry.example/iris", .manifest = kStatement.manifest};
  EXPECT_TRUE(image.ToJson().ends_with(R"("optional":{}})")) << image.ToJson();
  const auto key = PrivateKey::Make();
  const Expected expected{.what = "image", .manifest = image.manifest};
  EXPECT_EQ(ErrorOf({*Sign(image, *key)}, {*key}, expected), "");
  EXPECT_EQ(ErrorOf({*Sign(kStatement, *key)}, {*key}, expected), "");
}

// cosign knows no files; a manifest names them all by digest.
TEST(StatementTest, WithoutFilesItCountsOnlyWhereTheManifestIsKnown) {
  const auto key = PrivateKey::Make();
  const auto signature = *Sign({.name = "a", .manifest = kStatement.manifest}, *key);
  EXPECT_EQ(ErrorOf({signature}, {*key}), "");
  Expected other = kExpected;
  other.manifest = kStatement.files;
  EXPECT_EQ(ErrorOf({signature}, {*key}, other), "bento 'iris:v1' was changed after it was signed");
  other.manifest = "";
  EXPECT_EQ(ErrorOf({signature}, {*key}, other), "bento 'iris:v1' was changed after it was signed");
}

TEST(StatementTest, ModesHaveThreeNames) {
  EXPECT_EQ(*ParseMode("off"), Mode::kOff);
  EXPECT_EQ(*ParseMode("warn"), Mode::kWarn);
  EXPECT_EQ(*ParseMode("required"), Mode::kRequired);
  EXPECT_FALSE(ParseMode("yes"));
}

}  // namespace
}  // namespace ekiben::signing
