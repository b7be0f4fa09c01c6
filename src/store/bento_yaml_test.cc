// SPDX-License-Identifier: Apache-2.0
#include "store/bento_yaml.h"

#include "base/file.h"
#include "base/status_matchers.h"

namespace ekiben::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

// What a program wrote, in tests/data/bentos.
Result<BentoInfo> ParseFile(const std::string& name) {
  const std::string path = std::string(EKIBEN_TEST_DATA) + "/bentos/" + name;
  return ParseBentoYaml(ReadFile(path, kMaxBentoYaml).value());
}

// A bento.yaml of the least keys, and `more`.
std::string Least(const std::string& more) {
  return "service: service:svc\nname: a\nversion: v1\n"
         "creation_time: '2026-11-22T14:03:08+00:00'\n" +
         more;
}
std::string Digest(char c) { return "sha256:" + std::string(64, c); }

TEST(BentoYamlTest, WhatBentoml10WroteIsReadWhole) {
  const auto info = ParseFile("by_bentoml_1.0.yaml");
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->tag.ToString(), "iris_classifier:4tht2icroji6zput");
  EXPECT_EQ(info->service, "service:svc");
  EXPECT_EQ(info->kind, BentoKind::kPython);
  EXPECT_FALSE(info->is_class_style);
  EXPECT_EQ(info->bentoml_version, "1.0.10");
  EXPECT_EQ(ToIso(info->creation_time), "2022-11-30T10:20:30.123456+00:00");
  EXPECT_THAT(info->labels, ElementsAre(Pair("owner", "botany"), Pair("stage", "dev")));
  ASSERT_THAT(info->models, SizeIs(1));
  EXPECT_EQ(info->models[0].tag.ToString(), "iris_clf:oijlafhgpw3ksax4");
  EXPECT_EQ(info->models[0].module, "bentoml.sklearn");
  EXPECT_EQ(info->digest, "");
}

TEST(BentoYamlTest, WhatBentoml11WroteIsReadWhole) {
  const auto info = ParseFile("by_bentoml_1.1.yaml");
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->tag.name, "iris_classifier");
  EXPECT_EQ(info->bentoml_version, "1.1.11");
  EXPECT_FALSE(info->is_class_style);
  EXPECT_THAT(info->models, SizeIs(1));
}

TEST(BentoYamlTest, TheClassesOfBentoml14AreToldFromItsServices) {
  const auto classes = ParseFile("by_bentoml_1.4_class.yaml");
  ASSERT_THAT(classes, IsOk());
  EXPECT_TRUE(classes->is_class_style);
  const auto service = ParseFile("by_bentoml_1.4_service.yaml");
  ASSERT_THAT(service, IsOk());
  EXPECT_FALSE(service->is_class_style);
}

TEST(BentoYamlTest, AModelWithSeveralAliasesIsOneModel) {
  const std::string time = "creation_time: '2026-11-22T14:03:08+00:00'";
  const auto info = ParseBentoYaml(Least("models:\n- {tag: 'a:v1', " + time + ", alias: x}\n" +
                                         "- {tag: 'a:v2', " + time + "}\n- {tag: 'a:v1', " + time +
                                         ", alias: y}\n"));
  ASSERT_THAT(info, IsOk());
  ASSERT_THAT(info->models, SizeIs(2));
  EXPECT_EQ(info->models[0].tag.ToString(), "a:v1");
  EXPECT_EQ(info->models[1].tag.ToString(), "a:v2");
}

TEST(BentoYamlTest, OursSaysKindAndDigest) {
  const auto info =
      ParseBentoYaml(Least("ekiben: {format: 1, kind: model, required_env: [TOKEN], digest: \"" +
                           Digest('a') + "\"}\n"));
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->kind, BentoKind::kModel);
  EXPECT_EQ(info->digest, Digest('a'));
  EXPECT_THAT(info->required_env, ElementsAre("TOKEN"));
}

TEST(BentoYamlTest, TheLeastKeysAreEnough) {
  const auto info = ParseBentoYaml(Least("models:\n- iris:v1\nlabels: null\nspec: 9\n"));
  ASSERT_THAT(info, IsOk());
  EXPECT_THAT(info->labels, IsEmpty());
  EXPECT_EQ(info->models.at(0).tag.ToString(), "iris:v1");
}

TEST(BentoYamlTest, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_THAT(ParseBentoYaml("name: a\n"), HasMessage("line 1: version: is missing"));
  EXPECT_THAT(ParseBentoYaml("[]"), HasMessage("expected a map, got a list"));
  EXPECT_THAT(ParseBentoYaml(Least("models: 3\n")),
              HasMessage("line 5: models: expected a list, got '3'"));
  EXPECT_THAT(ParseBentoYaml(Least("models: [{tag: ../x}]\n")),
              HasMessage(HasSubstr("line 5: models[0].tag: ")));
  EXPECT_THAT(ParseBentoYaml(Least("ekiben: {format: 2}\n")),
              HasMessage(HasSubstr("ekiben.format: is 2")));
  EXPECT_THAT(ParseBentoYaml(Least("ekiben: {kind: soup}\n")),
              HasMessage(HasSubstr("ekiben.kind: is 'soup'")));
  EXPECT_THAT(ParseBentoYaml(Least("ekiben: {digest: md5}\n")),
              HasMessage(HasSubstr("ekiben.digest: ")));
  EXPECT_THAT(ParseBentoYaml(Least("").replace(0, 7, "no")), HasMessage(HasSubstr("service")));
}

}  // namespace
}  // namespace ekiben::store
