// SPDX-License-Identifier: Apache-2.0
#include "bento/secret_scan.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ekiben::bento {
namespace {

// Told as "LINE: what"; empty where nothing is found. Tokens are put together here, so that nobody
// who scans these sources finds any.
std::string Found(const std::string& text, const std::string& path = "src/service.py") {
  const auto secret = FindSecret(path, text);
  return secret ? std::to_string(secret->line) + ": " + secret->what : "";
}

std::string Random(size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += "aB3dE6gH9jK2"[i % 12];
  return text;
}
std::string RandomUpper(size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += "QW3RT6YU9"[i % 9];
  return text;
}
std::string Pem(const std::string& name) {
  return "-----BEGIN " + name + "-----\n" + Random(64) + "\n-----END " + name + "-----\n";
}

TEST(SecretScanTest, PrivateKeysAreFoundWhereverTheyAre) {
  EXPECT_EQ(Found("import x\n\n" + Pem("RSA PRIVATE KEY")), "3: a private key");
  EXPECT_EQ(Found(Pem("PRIVATE KEY"), "tls/server.pem"), "1: a private key");
  EXPECT_EQ(Found(Pem("OPENSSH PRIVATE KEY")), "1: a private key");
  EXPECT_EQ(Found("{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\n" + Random(64) + "\"}"),
            "1: a private key");
  EXPECT_EQ(Found("", "keys/id_ed25519"), "0: a private key of SSH");
}

TEST(SecretScanTest, WhatIsPublicOrOnlyLooksForKeysIsNone) {
  EXPECT_EQ(Found(Pem("CERTIFICATE")), "");
  EXPECT_EQ(Found(Pem("PUBLIC KEY")), "");
  EXPECT_EQ(Found("if '-----BEGIN PRIVATE KEY-----' in text:\n    refuse()\n"), "");
  EXPECT_EQ(Found("ssh-ed25519 " + Random(60), "keys/id_ed25519.pub"), "");
}

TEST(SecretScanTest, TokensOfServicesAreFoundByTheirForm) {
  EXPECT_EQ(Found("a = 1\nkey = 'AK"
                  "IA" +
                  RandomUpper(16) + "'\n"),
            "2: an access key of AWS");
  EXPECT_EQ(Found("gh"
                  "p_" +
                  Random(36)),
            "1: a token of GitHub");
  EXPECT_EQ(Found("github"
                  "_pat_" +
                  Random(60)),
            "1: a token of GitHub");
  EXPECT_EQ(Found("xo"
                  "xb-123456789012-" +
                  Random(24)),
            "1: a token of Slack");
  EXPECT_EQ(Found("AI"
                  "za" +
                  Random(35)),
            "1: an API key of Google");
  EXPECT_EQ(Found("token=\"h"
                  "f_" +
                  Random(34) + "\""),
            "1: a token of Hugging Face");
  EXPECT_EQ(Found("AccountK"
                  "ey=" +
                  Random(86) + "==;"),
            "1: a storage key of Azure");
}

TEST(SecretScanTest, TheFirstOfSeveralIsTold) {
  EXPECT_EQ(Found("gh"
                  "p_" +
                  Random(36) + "\n" + Pem("PRIVATE KEY")),
            "1: a token of GitHub");
  EXPECT_EQ(Found(Pem("PRIVATE KEY") +
                  "gh"
                  "p_" +
                  Random(36)),
            "1: a private key");
}

TEST(SecretScanTest, WhatIsTooShortOrPartOfAWordOrAnExampleIsNone) {
  EXPECT_EQ(Found("AKI"
                  "A" +
                  RandomUpper(10)),
            "");
  EXPECT_EQ(Found("AKI"
                  "A" +
                  RandomUpper(30)),
            "");
  EXPECT_EQ(Found("BAKI"
                  "A" +
                  RandomUpper(16)),
            "");
  EXPECT_EQ(Found("AKI"
                  "AIOSFODNN7EXAMPLE"),
            "");
  EXPECT_EQ(Found("gh"
                  "p_" +
                  std::string(36, 'x')),
            "");
  EXPECT_EQ(Found("def hf_" + std::string("transformers_pipeline_for_images():")), "");
}

TEST(SecretScanTest, EnvFilesMaySayAnythingButSecrets) {
  EXPECT_EQ(Found("MODE=fast\n# TOKEN=abc\nPORT=80\n", ".env"), "");
  EXPECT_EQ(Found("MODE=fast\nexport DB_PASSWORD='s3cret'\n", ".env"),
            "2: the value of DB_PASSWORD");
  EXPECT_EQ(Found("API_TOKEN=abc\n", "config/prod.env"), "1: the value of API_TOKEN");
  EXPECT_EQ(Found("TOKENIZERS_PARALLELISM=false\nMAX_TOKENS=9\nSORT_KEY=id\n", ".env"), "");
  EXPECT_EQ(Found("API_TOKEN=\nOTHER_TOKEN=${TOKEN}\nTHIRD_API_KEY=<yours>\n", ".env.example"), "");
  EXPECT_EQ(Found("API_TOKEN = read_token()\n", "service.py"), "");
}

TEST(SecretScanTest, FilesThatAreMadeForPasswordsAreRead) {
  EXPECT_EQ(Found("machine a\n  login me\n  password abc\n", ".netrc"), "3: a password");
  EXPECT_EQ(Found("//registry/:_authToken=abc\n", ".npmrc"), "1: a password");
  EXPECT_EQ(Found("//registry/:_authToken=${NPM_TOKEN}\n", ".npmrc"), "");
  EXPECT_EQ(Found("[default]\naws_secret_access_key = abc\n", "home/.aws/credentials"),
            "2: a secret key of AWS");
  EXPECT_EQ(Found("{\"auths\": {\n\"registry\": {\"auth\": \"bWU6bWU=\"}}}", "config.json"),
            "2: a password for a registry of images");
  EXPECT_EQ(Found("{\"auths\": {\"registry\": {}}}", "config.json"), "");
  EXPECT_EQ(Found("apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- user:\n    token: abc\n"),
            "6: what opens a Kubernetes cluster");
}

TEST(SecretScanTest, WhatMayBeSomethingElseIsNone) {
  EXPECT_EQ(Found("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + Random(43)), "");
  EXPECT_EQ(Found("url = 'postgres://user:password@localhost/db'"), "");
  EXPECT_EQ(Found("digest = '" + Random(64) + "'"), "");
}

TEST(SecretScanTest, WhatHasANulIsNoText) {
  EXPECT_TRUE(IsText("text \xC3\xA4"));
  EXPECT_FALSE(IsText(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace ekiben::bento
