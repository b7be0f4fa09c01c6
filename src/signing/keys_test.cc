// SPDX-License-Identifier: Apache-2.0
#include "signing/keys.h"

#include <sys/stat.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::signing {
namespace {

namespace fs = std::filesystem;

TEST(KeysTest, WhatTheOneHalfSignsTheOtherVerifies) {
  const auto key = PrivateKey::Make();
  ASSERT_THAT(key, IsOk());
  const auto signature = key->Sign("hello");
  ASSERT_THAT(signature, IsOk());
  const auto other = PublicKey::Parse(key->PublicKey::ToPem());
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(other->Id(), key->Id());
  EXPECT_TRUE(other->Verifies("hello", *signature));
  EXPECT_FALSE(other->Verifies("hallo", *signature));
  EXPECT_FALSE(other->Verifies("hello", "no signature"));
  EXPECT_FALSE(PrivateKey::Make()->Verifies("hello", *signature));
}

TEST(KeysTest, APasswordIsNeededWhereThereIsOne) {
  const auto key = PrivateKey::Make();
  ASSERT_THAT(key, IsOk());
  const std::string pem = key->ToPem("secret");
  EXPECT_NE(pem.find("ENCRYPTED"), pem.npos);
  EXPECT_EQ(PrivateKey::Parse(pem, "secret")->Id(), key->Id());
  EXPECT_EQ(PrivateKey::Parse(pem, "other").error().message(), "the key has another password");
  EXPECT_EQ(PrivateKey::Parse(pem, "").error().message(), "the key has a password");
  EXPECT_EQ(PrivateKey::Parse(key->ToPem(""), "unneeded")->Id(), key->Id());
}

TEST(KeysTest, OtherThingsAreNoKeys) {
  const auto key = PrivateKey::Make();
  EXPECT_FALSE(PublicKey::Parse(""));
  EXPECT_FALSE(PublicKey::Parse(key->ToPem("")));
  EXPECT_FALSE(PrivateKey::Parse(key->PublicKey::ToPem(), ""));
}

TEST(KeysTest, APrivateKeyOfCosignIsSaidToBeOne) {
  const auto key = PrivateKey::Parse(
      "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
      "eyJrZGYiOnsibmFtZSI6InNjcnlwdCJ9fQ==\n"
      "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n",
      "");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message(),
            "the key is encrypted in cosign's own way, which only cosign reads");
}

TEST(KeysTest, OnlyTheOwnerReadsAPrivateKeyAndNoneIsReplaced) {
  const fs::path folder = fs::path(testing::TempDir()) / "ekiben_keys";
  fs::remove_all(folder);
  const auto key = PrivateKey::Make();
  ASSERT_THAT(WriteKeyPair(*key, "", folder, "mine"), IsOk());
  struct stat about{};
  ASSERT_EQ(stat((folder / "mine.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  EXPECT_EQ(PrivateKey::Load(folder / "mine.key", "")->Id(), key->Id());
  EXPECT_FALSE(WriteKeyPair(*key, "", folder, "mine").ok());
  const auto keys = LoadKeys({folder, folder / "mine.pub"});
  ASSERT_THAT(keys, IsOk());
  EXPECT_EQ(keys->size(), 2U);
  EXPECT_FALSE(LoadKeys({folder / "mine.key"}));
}

}  // namespace
}  // namespace ekiben::signing
