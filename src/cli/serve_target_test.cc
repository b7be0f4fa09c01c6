// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_target.h"

#include <unistd.h>

#include <fstream>
#include <string>

#include "base/status_matchers.h"

namespace ekiben::cli {
namespace {

using testing::HasSubstr;

// A working folder and a home, with one model in the store.
class ServeTargetTest : public testing::Test {
 protected:
  ServeTargetTest() : store_(root_ / "home") {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(work_);
    auto staging = store::StagingFolder::Make(store_.home()).value();
    store::ModelInfo info{.tag = {.name = "iris_clf", .version = "v1"}};
    info.creation_time = store::CurrentTime();
    EXPECT_THAT(store_.Publish(std::move(staging), std::move(info)), IsOk());
  }

  ~ServeTargetTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::filesystem::path& file) {
    std::filesystem::create_directories((work_ / file).parent_path());
    std::ofstream(work_ / file) << "x";
  }
  auto Resolve(std::string_view text) { return ResolveServeTarget(text, work_, store_); }

  const std::filesystem::path root_ =
      std::filesystem::path(testing::TempDir()) / ("serve_target_test" + std::to_string(getpid()));
  const std::filesystem::path work_ = root_ / "work";
  store::ModelStore store_;
};

TEST_F(ServeTargetTest, AModelsTagIsFoundInTheStore) {
  const auto target = Resolve("iris_clf:latest");
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->model.tag.ToString(), "iris_clf:v1");
  EXPECT_THAT(target->choice, HasSubstr("the model iris_clf:v1"));
}

TEST_F(ServeTargetTest, AMistypedModuleGetsTheNearestFile) {
  Write("service.py");
  const auto target = Resolve("servce:svc");
  EXPECT_THAT(target, HasCode(Code::kNotFound));
  EXPECT_THAT(target, HasMessage(HasSubstr("there is no file 'servce.py'")));
  EXPECT_EQ(target.error().hint(), "did you mean 'service:svc'?");
  EXPECT_THAT(Resolve("iris_cfl:latest"), HasMessage(HasSubstr("not in the store")));
}

TEST_F(ServeTargetTest, AModuleStandsForItsOneServiceWhereNoModelHasTheName) {
  Write("service.py");
  Write("iris_clf.py");
  const auto target = Resolve("service");
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->python, "service");
  EXPECT_EQ(Resolve("iris_clf")->model.tag.ToString(), "iris_clf:v1");
}

TEST_F(ServeTargetTest, APathThatIsNotThereIsNamed) {
  Write("in/service.py");
  for (const char* const text : {"in/servce.py:svc", "in/servce.py", "in/servce"}) {
    const auto target = Resolve(text);
    EXPECT_THAT(target, HasCode(Code::kNotFound));
    EXPECT_THAT(target, HasMessage(HasSubstr("there is no '")));
    EXPECT_EQ(target.error().hint(), "did you mean 'in/service.py'?");
  }
  EXPECT_THAT(Resolve("elsewhere/x.py:svc"), HasMessage(HasSubstr("/elsewhere/x.py' to serve")));
}

TEST_F(ServeTargetTest, AnOnnxFileIsServedAsItIs) {
  Write("My Net.onnx");
  const auto target = Resolve("My Net.onnx");
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->model.tag.name, "my_net");
  EXPECT_EQ(target->model.path / target->model.native[0].file, work_ / "My Net.onnx");
}

TEST_F(ServeTargetTest, AnExistingPathComesBeforeAModelUnlessForced) {
  std::filesystem::create_directories(work_ / "iris_clf");
  const auto folder = Resolve("iris_clf");
  EXPECT_THAT(folder, HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(folder.error().hint(), HasSubstr("model:iris_clf"));
  EXPECT_THAT(Resolve("model:iris_clf"), IsOk());
}

TEST_F(ServeTargetTest, AModelsFolderIsServedWhereverItLies) {
  const auto target = Resolve((store_.home() / "models" / "iris_clf" / "v1").string());
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->model.tag.ToString(), "iris_clf:v1");
}

TEST_F(ServeTargetTest, AServiceInPythonIsWhatItsWorkerImports) {
  Write("pkg/service.py");
  const auto target = Resolve("pkg.service:svc");
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->python, "pkg.service:svc");
  EXPECT_THAT(Resolve("other:svc"), HasCode(Code::kNotFound));
}

TEST_F(ServeTargetTest, AMistypedTagGetsTheNearest) {
  const auto target = Resolve("irsi_clf");
  EXPECT_THAT(target, HasCode(Code::kNotFound));
  EXPECT_THAT(target.error().hint(), HasSubstr("iris_clf"));
}

}  // namespace
}  // namespace ekiben::cli
