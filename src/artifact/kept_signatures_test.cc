// SPDX-License-Identifier: Apache-2.0
#include "artifact/kept_signatures.h"

#include <gtest/gtest.h>

#include "artifact/artifact.h"
#include "base/sha256.h"
#include "base/status_matchers.h"

namespace ekiben::artifact {
namespace {

using signing::Signature;

std::string Digest(char digit) { return "sha256:" + std::string(64, digit); }

Remote Model(char files) {
  Artifact model{.kind = Kind::kModel,
                 .tag = {.name = "clf", .version = "m1"},
                 .digest = Digest(files),
                 .layers = {{.blob = {.media_type = "application/x", .digest = Digest('a')},
                             .diff_id = Digest('b'),
                             .model = store::Tag{.name = "clf", .version = "m1"}}}};
  model.layers[0].blob.annotations["org.cncf.model.filepath"] = "models/clf/m1";
  return {.manifest = model.Manifest(), .config = model.ConfigJson(), .artifact = model};
}

class KeptSignaturesTest : public testing::Test {
 protected:
  // As cosign signs: of the manifest, without a word of files.
  std::vector<Signature> SignedByCosign(const std::string& digest) const {
    return {*signing::Sign({.name = "registry.example/clf", .manifest = digest}, *key_)};
  }
  bool IsProven(const std::vector<Signature>& kept, char files) const {
    const std::vector<signing::PublicKey> keys = {*key_};
    return VerifyKept(kept, keys, {.what = "model 'clf:m1'", .files = Digest(files)}).has_value();
  }

  const Result<signing::PrivateKey> key_ = signing::PrivateKey::Make();
  const Remote remote_ = Model('c');
};

TEST_F(KeptSignaturesTest, WhatSaysNothingOfFilesIsTracedToThem) {
  const auto signatures = SignedByCosign(remote_.manifest.digest);
  EXPECT_FALSE(IsProven(signatures, 'c'));
  EXPECT_TRUE(IsProven(ToKeep(signatures, remote_), 'c'));
  EXPECT_FALSE(IsProven(ToKeep(signatures, remote_), 'd'));
}

TEST_F(KeptSignaturesTest, OneThatSaysThemIsKeptAsItIs) {
  const auto kept = ToKeep({*signing::Sign({.name = "clf:m1",
                                            .kind = "model",
                                            .manifest = remote_.manifest.digest,
                                            .files = Digest('c')},
                                           *key_)},
                           remote_);
  EXPECT_EQ(kept[0].manifest, "");
  EXPECT_TRUE(IsProven(kept, 'c'));
}

TEST_F(KeptSignaturesTest, AnotherManifestOrConfigThanTheSignedOneLeadsNowhere) {
  const auto signatures = SignedByCosign(remote_.manifest.digest);
  EXPECT_FALSE(IsProven(ToKeep(signatures, Model('d')), 'd'));
  auto kept = ToKeep(signatures, remote_);
  kept[0].config = Model('d').config;
  EXPECT_FALSE(IsProven(kept, 'd'));
  EXPECT_FALSE(IsProven(kept, 'c'));
  kept[0].manifest = "{";
  EXPECT_FALSE(IsProven(kept, 'c'));
}

}  // namespace
}  // namespace ekiben::artifact
