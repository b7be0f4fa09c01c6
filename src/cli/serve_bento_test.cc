// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_bento.h"

#include <fstream>
#include <string>

#include "base/status_matchers.h"
#include "store/bento_yaml.h"
#include "store/digest.h"
#include "store/store_testing.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ServeBentoTest : public store::StoreTest {
 protected:
  auto Resolve(std::string_view text) const {
    return ResolveServeTarget(text, store_.home(), store_);
  }

  // A bento of the model `line:v1`, which is within.
  Result<store::BentoInfo> BuildOfModel() const {
    EXPECT_THAT(Save("line:v1"), IsOk());
    auto staging = store::StagingFolder::Make(store_.home()).value();
    fs::create_directories(staging.path() / "models");
    fs::copy(PathOf("line"), staging.path() / "models" / "line", fs::copy_options::recursive);
    EXPECT_THAT(store_.Delete({.name = "line", .version = "v1"}), IsOk());
    const std::string yaml =
        "service: model:line:v1\nname: line\nversion: b1\n"
        "creation_time: '2026-11-22T14:03:08+00:00'\nmodels:\n- tag: line:v1\n";
    const std::string digest =
        store::TreeDigest(staging.path(), yaml + "ekiben: {format: 1, kind: model}\n").value();
    std::ofstream(staging.path() / "bento.yaml")
        << yaml << "ekiben: {format: 1, kind: model, digest: \"" << digest << "\"}\n";
    return bentos_.Publish(std::move(staging), {.name = "line", .version = "b1"});
  }
};

TEST_F(ServeBentoTest, AServiceIsServedFromItsSource) {
  ASSERT_THAT(Build("iris_classifier:v1"), IsOk());
  const auto target = Resolve("iris_classifier:latest");
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->python, "service:svc");
  EXPECT_EQ(target->folder, target->bento->path / "src");
  EXPECT_THAT(target->choice, HasSubstr("the bento iris_classifier:v1 in "));
  EXPECT_THAT(Resolve("bento:iris_classifier:v"), IsOk());
}

TEST_F(ServeBentoTest, AFolderIsServedWhateverItIsCalled) {
  const auto bento = Build("iris_classifier:v1");
  ASSERT_THAT(bento, IsOk());
  const fs::path folder = store_.home() / "anywhere";
  fs::rename(bento->path, folder);
  const auto target = Resolve(folder.string());
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->folder, folder / "src");
}

TEST_F(ServeBentoTest, ABentoOfAModelIsThatModelFromWithin) {
  const auto bento = BuildOfModel();
  ASSERT_THAT(bento, IsOk());
  const auto target = Resolve("line");
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->python, "");
  EXPECT_EQ(target->model.path, bento->path / "models" / "line" / "v1");
}

TEST_F(ServeBentoTest, AChangedFileIsRefused) {
  const auto bento = BuildOfModel();
  ASSERT_THAT(bento, IsOk());
  std::ofstream(bento->path / "models" / "line" / "v1" / "saved_model.onnx") << "other weights";
  EXPECT_THAT(Resolve("line"), HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(Resolve("line"), HasMessage(HasSubstr("bento 'line:b1' in '")));
  EXPECT_THAT(Resolve("line"), HasMessage(HasSubstr("is not as it was built")));
}

TEST_F(ServeBentoTest, AServiceThatIsAClassIsOneLine) {
  ASSERT_THAT(Build("greeter:v1", 0, "bentoml_version: 1.4.39\nservices: [{name: Greeter}]\n"),
              IsOk());
  EXPECT_THAT(Resolve("greeter"),
              HasMessage("the service of bento 'greeter:v1' is a class ('service:svc', BentoML "
                         "1.4.39), which this version cannot serve"));
}

TEST_F(ServeBentoTest, VariablesThatItNeedsAreNamed) {
  ASSERT_THAT(Build("iris:v1", 0, "ekiben: {required_env: [EKIBEN_TEST_A, HOME]}\n"), IsOk());
  EXPECT_THAT(Resolve("iris"), HasMessage("bento 'iris:v1' needs variables of the environment "
                                          "that are not set: 'EKIBEN_TEST_A'"));
}

TEST_F(ServeBentoTest, ABentoWithoutSourceSaysSo) {
  const auto bento = Build("iris:v1");
  ASSERT_THAT(bento, IsOk());
  fs::remove_all(bento->path / "src");
  EXPECT_THAT(Resolve("iris"), HasMessage(HasSubstr("has no folder src")));
}

TEST_F(ServeBentoTest, AModelOfTheSameNameIsServedWhereItIsMeant) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  ASSERT_THAT(Build("iris:v2"), IsOk());
  EXPECT_EQ(Resolve("iris")->python, "service:svc");
  EXPECT_EQ(Resolve("iris:v1")->model.tag.ToString(), "iris:v1");
  EXPECT_EQ(Resolve("model:iris")->model.tag.ToString(), "iris:v1");
}

TEST_F(ServeBentoTest, AMistypedTagGetsTheNearestBento) {
  ASSERT_THAT(Build("iris_classifier:v1"), IsOk());
  const auto target = Resolve("iris_clasifier:latest");
  EXPECT_THAT(target, HasCode(Code::kNotFound));
  EXPECT_EQ(target.error().hint(), "did you mean 'iris_classifier'?");
  EXPECT_THAT(Resolve("bento:nothing"),
              HasMessage(HasSubstr("bento 'nothing' is not in the store")));
}

TEST_F(ServeBentoTest, ADamagedBentoIsNotTakenForAModel) {
  ASSERT_THAT(Build("iris:v1"), IsOk());
  ASSERT_THAT(Save("iris:v1"), IsOk());
  fs::remove(bentos_.PathOf({.name = "iris", .version = "v1"}) / "bento.yaml");
  EXPECT_THAT(Resolve("iris:v1"), HasMessage(HasSubstr("is no whole bento")));
}

}  // namespace
}  // namespace ekiben::cli
