// SPDX-License-Identifier: Apache-2.0
#include "service/model_service.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/status_matchers.h"

namespace ekiben::service {
namespace {

using testing::HasSubstr;

class NoLoop final : public Loop {
 public:
  void Post(std::function<void()>) override {}
  void AtTickEnd(std::function<void()>) override {}
  uint64_t rests() const override { return 0; }
};

// A model whose signatures are run by the echo plugin.
class ModelServiceTest : public testing::Test {
 protected:
  ModelServiceTest() {
    setenv("EKIBEN_RUNTIMES", EKIBEN_RUNTIMES_DIR, 1);
    model_.tag = {.name = "echoes", .version = "v1"};
    model_.path = std::filesystem::path(testing::TempDir()) / ("echoes" + std::to_string(getpid()));
    std::filesystem::create_directories(model_.path);
    std::ofstream(model_.path / "doubles") << "float64";
    model_.native = {{.signature = "predict", .runtime = "echo", .file = "doubles"}};
  }
  ~ModelServiceTest() override { unsetenv("EKIBEN_RUNTIMES"); }

  Result<std::unique_ptr<Service>> Load() { return LoadModelService(model_, {}, loop_, metrics_); }

  NoLoop loop_;
  observe::MetricRegistry metrics_;
  store::ModelInfo model_;
};

TEST_F(ModelServiceTest, EachNativeSignatureIsAnApi) {
  model_.not_native = {{"transform", "no converter"}};
  const auto service = Load();
  ASSERT_THAT(service, IsOk());
  const ServiceDescription& description = (*service)->description();
  ASSERT_EQ(description.apis.size(), 1);
  EXPECT_EQ(description.apis[0].route, "/predict");
  EXPECT_EQ(description.apis[0].sample_request, "[[0.0]]");
  EXPECT_EQ(description.unserved.at(0).reason, "no converter");
}

TEST_F(ModelServiceTest, TheDescriptionIsOneJsonDocument) {
  EXPECT_EQ(
      (*Load())->description().ToJson(),
      R"({"protocol":1,"name":"echoes","version":"v1","apis":[{"name":"predict","route":"/predict",)"
      R"("doc":"`predict` of the model echoes:v1","inputs":[{"name":"input",)"
      R"("dtype":"float64","shape":[-1, -1],"missing":false}],"outputs":[{"name":"output",)"
      R"("dtype":"float64","shape":[-1, -1],"missing":false}],"batches":false,)"
      R"("sample_request":[[0.0]]}],"unserved":[],"doc":"","runners":[],"models":[],)"
      R"("hooks":{"startup":0,"shutdown":0,"deployment":0},"mounts":[],"middleware":0})");
}

TEST_F(ModelServiceTest, ABatchableSignatureBatches) {
  model_.signatures = {{.name = "predict", .batchable = true}};
  EXPECT_TRUE((*Load())->description().apis[0].batches);
}

TEST_F(ModelServiceTest, AModelWithoutANativeFormSaysWhyAndWhatToDo) {
  model_.native.clear();
  model_.not_native = {{"predict", "no converter for Mystery"}};
  const auto service = Load();
  EXPECT_THAT(service, HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(service, HasMessage(HasSubstr("no converter for Mystery")));
  EXPECT_THAT(service.error().hint(), HasSubstr("save_model"));
}

TEST_F(ModelServiceTest, AMissingFileIsNamed) {
  model_.native[0].file = "nothing";
  EXPECT_THAT(Load(), HasMessage(HasSubstr("nothing")));
}

TEST_F(ModelServiceTest, AMissingRuntimeIsNamed) {
  model_.native[0].runtime = "abacus";
  EXPECT_THAT(Load(), HasMessage(HasSubstr("abacus")));
}

}  // namespace
}  // namespace ekiben::service
