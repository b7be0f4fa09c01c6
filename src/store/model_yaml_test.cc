// SPDX-License-Identifier: Apache-2.0
#include "store/model_yaml.h"

#include "base/status_matchers.h"
#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// As BentoML 1.0.10 and 1.4.39 write it.
constexpr const char* kByBentoml = R"(name: iris_clf
version: oijlafhgpw3ksax4
module: bentoml.sklearn
labels:
  owner: me
options: {}
metadata:
  acc: 0.97
  classes: [setosa, versicolor]
context:
  framework_name: sklearn
  framework_versions:
    scikit-learn: 1.3.2
  bentoml_version: 1.0.10
  python_version: 3.8.18
signatures:
  predict:
    batchable: true
    batch_dim:
    - 0
    - 1
  predict_proba:
    batchable: false
api_version: v1
creation_time: '2026-11-22T14:03:08.433066+00:00'
)";

constexpr const char* kOurs = R"(ekiben:
  format: 1
  native:
    predict:
      runtime: onnx
      file: native/predict.onnx
      inputs:
      - {name: X, dtype: float64, shape: [-1, 4], missing: true}
      outputs:
      - {name: label, dtype: int64, shape: [-1]}
      - {name: anything, dtype: string}
      rows_independent: true
      proof: {samples: 64, source: support vectors, max_relative_difference: 0.0}
  not_native:
    predict_proba: operator 'Foo' has no converter
)";

Result<ModelInfo> Parse(const std::string& text) { return ParseModelYaml(text); }

// A model.yaml of the least keys, and `more`.
std::string Least(const std::string& more) {
  return "name: a\nversion: v1\ncreation_time: '2026-11-22T14:03:08+00:00'\n" + more;
}
std::string Native(const std::string& form) {
  return Least("ekiben: {format: 1, native: {run: " + form + "}}\n");
}

TEST(ModelYamlTest, WhatBentomlWroteIsReadWhole) {
  const auto info = Parse(kByBentoml);
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->tag.ToString(), "iris_clf:oijlafhgpw3ksax4");
  EXPECT_EQ(info->module, "bentoml.sklearn");
  EXPECT_THAT(info->labels, ElementsAre(Pair("owner", "me")));
  EXPECT_EQ(ToJson(info->metadata), R"({"acc": 0.97, "classes": ["setosa", "versicolor"]})");
  EXPECT_EQ(info->context.framework_versions.at("scikit-learn"), "1.3.2");
  EXPECT_EQ(info->context.python_version, "3.8.18");
  EXPECT_EQ(ToIso(info->creation_time), "2026-11-22T14:03:08.433066+00:00");
  EXPECT_THAT(info->native, IsEmpty());
}

TEST(ModelYamlTest, SignaturesKeepTheirOrderAndAxes) {
  const auto info = Parse(kByBentoml);
  ASSERT_EQ(info->signatures.size(), 2);
  EXPECT_EQ(info->signatures[0].name, "predict");
  EXPECT_TRUE(info->signatures[0].batchable);
  EXPECT_EQ(info->signatures[0].output_batch_dim, 1);
  EXPECT_FALSE(info->signatures[1].batchable);
}

TEST(ModelYamlTest, OurKeyHasTheNativeForms) {
  const auto info = Parse(std::string(kByBentoml) + kOurs);
  ASSERT_THAT(info, IsOk());
  const NativeForm* const form = info->FindNative("predict");
  ASSERT_NE(form, nullptr);
  EXPECT_EQ(form->runtime, "onnx");
  EXPECT_EQ(form->file, "native/predict.onnx");
  EXPECT_EQ(form->inputs.at(0).type, DataType::kFloat64);
  EXPECT_EQ(form->inputs.at(0).shape, Shape({-1, 4}));
  EXPECT_TRUE(form->inputs.at(0).missing);
  EXPECT_FALSE(form->outputs.at(0).any_rank);
  EXPECT_TRUE(form->outputs.at(1).any_rank);
  EXPECT_TRUE(form->rows_independent);
  EXPECT_THAT(ToJson(form->proof), HasSubstr(R"("source": "support vectors")"));
  EXPECT_EQ(info->FindNative("predict_proba"), nullptr);
  EXPECT_THAT(info->not_native.at("predict_proba"), HasSubstr("'Foo'"));
}

TEST(ModelYamlTest, ColumnsThatAreNotReadAreKnownByName) {
  const auto info = Parse(Native("{runtime: onnx, file: a.onnx, unused: [id, '1', \"a: b\"]}"));
  ASSERT_THAT(info, IsOk());
  EXPECT_THAT(info->native[0].unused, ElementsAre("id", "1", "a: b"));
  EXPECT_EQ(Parse(ToModelYaml(*info))->native[0].unused, info->native[0].unused);
  EXPECT_THAT(Parse(Native("{runtime: onnx, file: a.onnx, unused: [[id]]}")),
              HasMessage(HasSubstr("ekiben.native.run.unused: expected text")));
}

TEST(ModelYamlTest, WhatIsWrittenReadsBackTheSame) {
  const auto info = Parse(std::string(kByBentoml) + kOurs);
  const std::string text = ToModelYaml(*info);
  const auto again = Parse(text);
  ASSERT_THAT(again, IsOk()) << text;
  EXPECT_EQ(ToModelYaml(*again), text);
  EXPECT_EQ(ToJson(again->metadata), ToJson(info->metadata));
  EXPECT_EQ(again->FindNative("predict")->inputs[0].shape, Shape({-1, 4}));
  EXPECT_TRUE(again->FindNative("predict")->outputs[1].any_rank);
}

TEST(ModelYamlTest, OldAndUnknownKeysAreLeftOut) {
  EXPECT_THAT(Parse(Least("bentoml_version: 1.0.0\ncontext: {pip_dependencies: [a]}\nx: [1]\n")),
              IsOk());
  EXPECT_THAT(Parse(Least("signatures:\nlabels: null\nmodule: ''\n")), IsOk());
}

TEST(ModelYamlTest, ASharedListOfPythonsIsAnAlias) {
  const auto info =
      Parse(Least("signatures:\n  a: {batchable: true, batch_dim: &id001 [0, 0]}\n"
                  "  b: {batchable: true, batch_dim: *id001}\n"));
  EXPECT_THAT(info, IsOk());
}

TEST(ModelYamlTest, AnErrorNamesTheKeyWhatWasExpectedAndWhatCame) {
  EXPECT_THAT(Parse(Least("signatures: {predict: {batchable: maybe}}\n")),
              HasMessage("line 4: signatures.predict.batchable: expected true or false, got "
                         "'maybe'"));
  EXPECT_THAT(Parse(Least("labels: [a]\n")),
              HasMessage("line 4: labels: expected a map, got a list"));
  EXPECT_THAT(Parse("name: a\nversion: v1\n"), HasMessage("line 1: creation_time: is missing"));
  EXPECT_THAT(Parse(Least("labels: {a: [b]}\n")), HasMessage(HasSubstr("labels.a: expected text")));
}

TEST(ModelYamlTest, WrongKindsAreRefused) {
  for (const char* text :
       {"", "[]", "text", "name: [a]\nversion: v1\n", "{name: a, version: ../../etc}",
        "{name: a/b, version: v1, creation_time: '2026-11-22T14:03:08'}",
        "{name: a, version: v1, creation_time: 'now'}",
        "{name: a, version: v1, creation_time: [2026]}"}) {
    EXPECT_THAT(Parse(text), HasCode(Code::kInvalidArgument)) << text;
  }
  for (const char* more :
       {"metadata: text\n", "context: 5\n", "signatures: [predict]\n", "signatures: {a: [1]}\n",
        "signatures: {a: {batch_dim: [1]}}\n",
        "signatures: {a: {batch_dim: [0, 99999999999999999999]}}\n", "ekiben: 1\n",
        "ekiben: {format: '1'}\n", "ekiben: {native: [1]}\n", "api_version: {}\n"}) {
    EXPECT_THAT(Parse(Least(more)), HasCode(Code::kInvalidArgument)) << more;
  }
}

TEST(ModelYamlTest, AFileOutsideOfTheFolderIsRefused) {
  for (const char* file :
       {"/etc/passwd", "../x.onnx", "native/../../x", ".", "native/", "''", "\"a\\0b\"", "./x"}) {
    EXPECT_THAT(Parse(Native(std::string("{runtime: onnx, file: ") + file + "}")),
                HasMessage(HasSubstr("ekiben.native.run.file")))
        << file;
  }
  EXPECT_THAT(Parse(Native("{runtime: onnx, file: native/run.onnx}")), IsOk());
}

TEST(ModelYamlTest, ARuntimeIsAPlainName) {
  EXPECT_THAT(Parse(Native("{runtime: ../evil, file: a.onnx}")),
              HasMessage(HasSubstr("ekiben.native.run.runtime")));
  EXPECT_THAT(Parse(Native("{file: a.onnx}")), HasMessage(HasSubstr("runtime: is missing")));
}

TEST(ModelYamlTest, SpecificationsAreChecked) {
  const auto with = [](const std::string& spec) {
    return Parse(Native("{runtime: onnx, file: a, inputs: [" + spec + "]}"));
  };
  EXPECT_THAT(with("{name: x, dtype: complex64}"),
              HasMessage(HasSubstr("ekiben.native.run.inputs[0].dtype: expected numpy's name")));
  EXPECT_THAT(with("{name: x, dtype: bool, shape: [-2]}"), HasMessage(HasSubstr("'-2'")));
  EXPECT_THAT(with("{name: x, dtype: bool, shape: [1,1,1,1,1,1,1,1,1]}"),
              HasMessage(HasSubstr("has 9 axes")));
  EXPECT_THAT(with("{name: x, dtype: bool, shape: []}"), IsOk());
}

TEST(ModelYamlTest, ANewerFormatIsNotGuessedAt) {
  EXPECT_THAT(Parse(Least("ekiben: {format: 2, native: what}\n")),
              HasMessage("line 4: ekiben.format: is 2, and this ekiben reads up to 1"));
}

TEST(ModelYamlTest, AHugeFileIsRefused) {
  EXPECT_THAT(Parse(std::string(kMaxModelYaml + 1, ' ')), HasMessage(HasSubstr("more than")));
}

}  // namespace
}  // namespace ekiben::store
