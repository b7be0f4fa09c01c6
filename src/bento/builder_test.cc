// SPDX-License-Identifier: Apache-2.0
#include "bento/builder.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "bento/bento_testing.h"
#include "store/store_testing.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class BuilderTest : public FolderTest {
 protected:
  BuilderTest() {
    Write("project/service.py", "svc = 1\n");
    SaveModel("iris_clf:one");
  }

  void SaveModel(const std::string& tag, std::map<std::string, std::string> labels = {}) const {
    auto staging = store::StagingFolder::Make(home()).value();
    std::ofstream(staging.path() / "saved_model.onnx") << "weights";
    const store::ModelInfo info{.tag = store::Tag::Parse(tag).value(),
                                .module = "bentoml.onnx",
                                .labels = std::move(labels),
                                .creation_time = store::CurrentTime()};
    ASSERT_THAT(models_.Publish(std::move(staging), info), IsOk());
  }

  fs::path home() const { return folder_ / "home"; }

  // The plan of the service in project/, which one model belongs to.
  Plan ServicePlan(const std::string& tag = "iris_classifier:v1") const {
    Plan plan{.tag = store::Tag::Parse(tag).value(),
              .service = "service:svc",
              .folder = folder_ / "project",
              .openapi = R"({"openapi": "3.0.2", "paths": {}})",
              .python_version = "3.11.7",
              .ekiben_version = "1.0",
              .creation_time = store::CurrentTime()};
    plan.description.name = "iris_classifier";
    plan.description.doc = "Tells irises apart.";
    plan.description.models = {"iris_clf:latest"};
    return plan;
  }

  Result<store::BentoInfo> BuildIt(Plan plan) {
    Status found = FindNamedModels(plan, models_);
    if (found.ok()) found = FindServiceModels(plan, models_);
    if (!found.ok()) return Error(std::move(found));
    return Build(plan, bentos_,
                 {.on_step = [&](std::string_view step) { steps_.emplace_back(step); },
                  .on_warning = [&](std::string_view text) { warnings_.emplace_back(text); }},
                 [](const fs::path& file, const DockerfileBlocks& blocks) {
                   return blocks.front().first + " of " + file.filename().string();
                 });
  }

  // What a failed build has left in the home, beside the locks.
  std::vector<std::string> Leftovers() const {
    std::vector<std::string> left;
    for (const auto& entry : fs::directory_iterator(home() / "tmp")) {
      if (entry.is_directory()) left.push_back(entry.path().filename());
    }
    return left;
  }

  const store::ModelStore models_{home()};
  const store::BentoStore bentos_{home()};
  std::vector<std::string> steps_, warnings_;
};

TEST_F(BuilderTest, ABentoOfAServiceHasItsFilesItsModelsAndWhatDescribesThem) {
  const auto bento = BuildIt(ServicePlan());
  ASSERT_THAT(bento, IsOk());
  EXPECT_EQ(ReadAll(bento->path / "src/service.py"), "svc = 1\n");
  EXPECT_EQ(ReadAll(bento->path / "models/iris_clf/one/saved_model.onnx"), "weights");
  EXPECT_EQ(ReadAll(bento->path / "models/iris_clf/latest"), "one");
  EXPECT_EQ(ReadAll(bento->path / "env/python/version.txt"), "3.11.7");
  EXPECT_THAT(ReadAll(bento->path / "apis/openapi.yaml"), HasSubstr("openapi: \"3.0.2\""));
  EXPECT_THAT(ReadAll(bento->path / "README.md"), HasSubstr("Tells irises apart."));
  EXPECT_THAT(ReadAll(bento->path / "env/docker/Dockerfile"), HasSubstr("FROM python:3.11-slim"));
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(BuilderTest, TheSameInputsGiveTheSameDigestUnderAnotherVersion) {
  const auto one = BuildIt(ServicePlan("iris_classifier:v1"));
  const auto two = BuildIt(ServicePlan("iris_classifier:v2"));
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(two, IsOk());
  EXPECT_EQ(one->digest, two->digest);
  Write("project/service.py", "svc = 2\n");
  const auto changed = BuildIt(ServicePlan("iris_classifier:v3"));
  ASSERT_THAT(changed, IsOk());
  EXPECT_NE(one->digest, changed->digest);
}

TEST_F(BuilderTest, ABentoOfAModelHasNothingOfPython) {
  Plan plan = ServicePlan("iris_clf:v1");
  plan.kind = store::BentoKind::kModel;
  plan.service = "model:iris_clf:one";
  const auto bento = BuildIt(plan);
  ASSERT_THAT(bento, IsOk());
  EXPECT_FALSE(fs::exists(bento->path / "src"));
  EXPECT_FALSE(fs::exists(bento->path / "env/python"));
  EXPECT_THAT(ReadAll(bento->path / "env/docker/Dockerfile"), Not(HasSubstr("env/python")));
}

TEST_F(BuilderTest, AModelsFilterTakesTheNewestThatHasTheLabel) {
  SaveModel("price:old", {{"stage", "prod"}});
  SaveModel("price:new", {{"stage", "trial"}});
  Plan plan = ServicePlan();
  plan.options.models = {{.tag = "price:latest", .filter = "label:stage=prod"}};
  const auto bento = BuildIt(plan);
  ASSERT_THAT(bento, IsOk());
  EXPECT_TRUE(fs::exists(bento->path / "models/price/old"));
  EXPECT_FALSE(fs::exists(bento->path / "models/price/new"));

  plan.options.models.front().filter = "label:stage=gone";
  EXPECT_THAT(BuildIt(plan), AllOf(HasCode(Code::kNotFound), HasMessage(HasSubstr("stage=gone"))));
}

TEST_F(BuilderTest, AnAliasBelongsToOneVersion) {
  SaveModel("price:old", {});
  SaveModel("price:new", {});
  Plan plan = ServicePlan();
  plan.options.models = {{.tag = "price:old", .alias = "stable"}, {.tag = "price:new"}};
  const auto bento = BuildIt(plan);
  ASSERT_THAT(bento, IsOk());
  const std::string yaml = ReadAll(bento->path / "bento.yaml");
  const size_t alias = yaml.find("alias: stable");
  EXPECT_GT(alias, yaml.find("price:old"));
  EXPECT_LT(alias, yaml.find("price:new"));

  plan.options.models[1].alias = "stable";
  EXPECT_THAT(BuildIt(plan),
              AllOf(HasCode(Code::kInvalidArgument), HasMessage(HasSubstr("stable"))));
}

TEST_F(BuilderTest, AServiceThatIsLeftOutIsRefusedAndNothingIsLeftBehind) {
  Plan plan = ServicePlan();
  Write("project/other.py");
  plan.options.exclude = {"service.py"};
  EXPECT_THAT(BuildIt(plan), HasMessage(HasSubstr("'service.py', where the service is")));
  EXPECT_THAT(bentos_.List("")->found, IsEmpty());
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(BuilderTest, AFileThatAnOptionNamesMustBeInTheFolder) {
  Write("secret", "outside");
  for (const char* const path : {"../secret", "/etc/passwd", "gone"}) {
    Plan plan = ServicePlan();
    plan.options.docker.setup_script = path;
    const auto bento = BuildIt(plan);
    ASSERT_FALSE(bento) << path;
    EXPECT_THAT(bento, HasMessage(HasSubstr("docker.setup_script")));
  }
  EXPECT_THAT(bentos_.List("")->found, IsEmpty());
}

TEST_F(BuilderTest, ATemplateMakesTheDockerfile) {
  Write("project/Dockerfile.template", "{% extends bento_base_template %}");
  Plan plan = ServicePlan();
  plan.options.docker.dockerfile_template = "./Dockerfile.template";
  const auto bento = BuildIt(plan);
  ASSERT_THAT(bento, IsOk());
  EXPECT_EQ(ReadAll(bento->path / "env/docker/Dockerfile"),
            "SETUP_BENTO_BASE_IMAGE of Dockerfile.template");
}

TEST_F(BuilderTest, WhatTheDockerfileCannotDoIsAWarning) {
  Plan plan = ServicePlan();
  plan.options.docker.distro = "alpine";
  ASSERT_THAT(BuildIt(plan), IsOk());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("'alpine'")));
}

TEST_F(BuilderTest, AnImageThatThereIsNotEndsTheBuild) {
  Plan plan = ServicePlan();
  plan.options.docker.cuda_version = "11.6";
  const auto bento = BuildIt(plan);
  ASSERT_FALSE(bento);
  EXPECT_THAT(bento.error().message(), HasSubstr("docker.cuda_version '11.6'"));
  EXPECT_THAT(bentos_.List("")->found, IsEmpty());
}

TEST_F(BuilderTest, AVersionThatIsThereIsNotReplaced) {
  ASSERT_THAT(BuildIt(ServicePlan()), IsOk());
  Write("project/service.py", "svc = 2\n");
  EXPECT_FALSE(BuildIt(ServicePlan()));
  EXPECT_EQ(ReadAll(bentos_.Get("iris_classifier:v1")->path / "src/service.py"), "svc = 1\n");
  EXPECT_THAT(Leftovers(), IsEmpty());
}

}  // namespace
}  // namespace ekiben::bento
