// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "base/file.h"
#include "base/status_matchers.h"
#include "cli/cli_testing.h"
#include "cli/report.h"
#include "store/model_yaml.h"
#include "store/yaml_text.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class ModelsImportTest : public CliTest {
 protected:
  ModelsImportTest() {
    fs::create_directories(store_.home());
    std::ofstream(file_) << "graph";
  }

  int Import(std::vector<std::string> more) {
    more.insert(more.begin(), {"models", "import", file_.string()});
    return Run(more);
  }
  bool NothingIsLeft() const {
    return !fs::exists(store_.home() / "models") &&
           (!fs::exists(store_.home() / "tmp") || fs::is_empty(store_.home() / "tmp"));
  }

  const fs::path file_ = store_.home() / "iris.onnx";
};

TEST_F(ModelsImportTest, AnImportedModelIsOneOfBentomls) {
  ASSERT_EQ(Import({"--name", "iris", "--label", "owner=me", "--label", "stage=a=b"}), kExitOk);
  EXPECT_THAT(out(), MatchesRegex("Model\\(tag=\"iris:[a-z2-7]*\"\\) imported\n"));
  EXPECT_EQ(err(), "");
  const auto model = store_.Get("iris");
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->module, "bentoml.onnx");
  EXPECT_EQ(model->api_version, "v2");
  EXPECT_EQ(model->context.framework_name, "onnx");
  EXPECT_EQ(model->labels.at("stage"), "a=b");
  ASSERT_EQ(model->signatures.size(), 1);
  EXPECT_EQ(model->signatures[0].name, "run");
  EXPECT_FALSE(model->signatures[0].batchable);
  EXPECT_EQ(ReadFile(model->path / "saved_model.onnx", 100), "graph");
}

TEST_F(ModelsImportTest, TheNativeFormHasWhatTheSessionTells) {
  ASSERT_EQ(Import({"--name", "iris:v1"}), kExitOk);
  const auto model = store_.Get("iris:v1");
  const store::NativeForm* const form = model->FindNative("run");
  ASSERT_NE(form, nullptr);
  EXPECT_EQ(form->runtime, "onnx");
  EXPECT_EQ(form->file, "saved_model.onnx");
  EXPECT_EQ(form->inputs.at(0).shape, Shape({-1, 4}));
  EXPECT_EQ(form->outputs.at(0).name, "label");
  EXPECT_TRUE(form->outputs.at(1).any_rank);
  EXPECT_FALSE(form->rows_independent);
}

TEST_F(ModelsImportTest, BentomlsLoaderFindsItsSpecifications) {
  ASSERT_EQ(Import({"--name", "iris"}), kExitOk);
  EXPECT_EQ(
      ToJson(store_.Get("iris")->options),
      R"({"input_specs": {"run": [{"name": "X", "type": {"tensorType": {"elemType": 11, )"
      R"("shape": {"dim": [{}, {"dimValue": "4"}]}}}}]}, "output_specs": {"run": )"
      R"([{"name": "label", "type": {"tensorType": {"elemType": 7, "shape": {"dim": [{}]}}}}, )"
      R"({"name": "any", "type": {"tensorType": {"elemType": 8}}}]}})");
}

TEST_F(ModelsImportTest, AFileThatDoesNotLoadIsRefusedAndNothingIsLeft) {
  open_error_ = InvalidArgument("it is damaged");
  EXPECT_EQ(Import({"--name", "iris"}), kExitInvalid);
  EXPECT_EQ(err(),
            "error: '" + file_.string() + "' is no model that can be served: it is damaged\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(ModelsImportTest, WeightsInAnotherFileAreNotImported) {
  open_error_ = InvalidArgument("it takes data from 'weights.bin', which cannot be opened");
  EXPECT_EQ(Import({"--name", "iris"}), kExitInvalid);
  EXPECT_THAT(err(), HasSubstr("hint: a model is imported as one file"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(ModelsImportTest, WithoutARuntimeItIsImportedAndOneNoteSaysSo) {
  open_error_ = NotFound("cannot find ONNX Runtime");
  EXPECT_EQ(Import({"--name", "iris"}), kExitOk);
  EXPECT_EQ(err(), "note: '" + file_.string() + "' was not checked: cannot find ONNX Runtime\n");
  EXPECT_THAT(store_.Get("iris")->native, IsEmpty());
}

TEST_F(ModelsImportTest, ATakenVersionIsRefused) {
  ASSERT_EQ(Import({"--name", "iris:v1"}), kExitOk);
  EXPECT_EQ(Import({"--name", "iris:v1"}), kExitFailed);
  EXPECT_THAT(err(), HasSubstr("error: model 'iris:v1' is in the store already\n"));
}

TEST_F(ModelsImportTest, AFileThatCannotBeReadIsNamed) {
  EXPECT_EQ(Run({"models", "import", "nowhere.onnx", "--name", "iris"}), kExitNotFound);
  EXPECT_EQ(err(), "error: cannot import 'nowhere.onnx': No such file or directory\n");
  EXPECT_EQ(Run({"models", "import", store_.home().string(), "--name", "iris"}), kExitInvalid);
  EXPECT_THAT(err(), HasSubstr("it is no file"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(ModelsImportTest, NamesAndLabelsAreChecked) {
  EXPECT_EQ(Import({"--name", "a b"}), kExitInvalid);
  EXPECT_EQ(Import({"--name", "iris:latest"}), kExitInvalid);
  EXPECT_EQ(Import({"--name", "iris", "--label", "owner"}), kExitInvalid);
  EXPECT_THAT(err(), HasSubstr("--label: expected KEY=VALUE, got 'owner'"));
  EXPECT_EQ(Import({}), kExitInvalid);
  EXPECT_THAT(err(), HasSubstr("which needs a name in the store\nhint: give it one with --name\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(ModelsImportTest, AnArchiveHasItsNameAndLabelsInIt) {
  EXPECT_EQ(Run({"models", "import", "nowhere.bentomodel"}), kExitNotFound);
  EXPECT_EQ(err(), "error: cannot import 'nowhere.bentomodel': No such file or directory\n");
  EXPECT_EQ(Run({"models", "import", store_.home().string(), "--label", "a=b"}), kExitInvalid);
  EXPECT_THAT(err(), HasSubstr("labels of its own"));
}

TEST_F(ModelsImportTest, AnArchiveOfAModelBringsItWithItsManifest) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  const std::string manifest = ReadFile(PathOf("iris/v1/model.yaml"), 10'000).value();
  for (const std::string name : {"iris.bentomodel", "iris.zip", "iris.tar.gz", "new/iris.tar"}) {
    const std::string path = (store_.home() / "out" / name).string();
    ASSERT_EQ(Run({"models", "export", "iris", path}), kExitOk) << err();
    EXPECT_EQ(out(), "Model(tag=\"iris:v1\") exported to " + path + "\n");
    EXPECT_EQ(Run({"models", "import", path}), kExitFailed);
    EXPECT_THAT(err(), HasSubstr("model 'iris:v1' is in the store already"));
    ASSERT_THAT(store_.Delete({.name = "iris", .version = "v1"}), IsOk());
    ASSERT_EQ(Run({"models", "import", path}), kExitOk) << err();
    EXPECT_EQ(out(), "Model(tag=\"iris:v1\") imported\n");
    EXPECT_EQ(ReadFile(PathOf("iris/v1/model.yaml"), 10'000), manifest);
    EXPECT_EQ(Latest("iris"), "v1");
  }
}

TEST_F(ModelsImportTest, WhatIsNoModelDoesNotEnterTheStore) {
  const fs::path folder = store_.home() / "folder";
  fs::create_directories(folder);
  EXPECT_EQ(Run({"models", "import", folder.string()}), kExitInvalid);
  EXPECT_THAT(err(), HasSubstr("is no model: it has no model.yaml\nhint: give what `ekiben models "
                               "export` or `bentoml models export` wrote\n"));
  std::ofstream(folder / "model.yaml") << "name: [";
  EXPECT_EQ(Run({"models", "import", folder.string()}), kExitInvalid);
  std::ofstream(folder / "model.yaml") << ToModelYaml(Info("iris:latest"));
  EXPECT_EQ(Run({"models", "import", folder.string()}), kExitInvalid);
  EXPECT_THAT(err(), HasSubstr("'latest' is no version that a model can have"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(ModelsImportTest, UpperCaseIsLoweredWithANote) {
  EXPECT_EQ(Import({"--name", "Iris:V1"}), kExitOk);
  EXPECT_EQ(err(), "note: upper case was lowered: 'iris:v1'\n");
  EXPECT_EQ(out(), "Model(tag=\"iris:v1\") imported\n");
}

}  // namespace
}  // namespace ekiben::cli
