// SPDX-License-Identifier: Apache-2.0
#include "service/backend.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/loop_testing.h"
#include "base/status_matchers.h"

namespace ekiben::service {
namespace {

// Backends of a model that the echo plugin runs.
class BackendTest : public testing::Test {
 protected:
  BackendTest() {
    setenv("EKIBEN_RUNTIMES", EKIBEN_RUNTIMES_DIR, 1);
    std::filesystem::create_directories(folder_);
    model_ = Version("v1");
  }
  ~BackendTest() override {
    std::filesystem::remove_all(folder_);
    unsetenv("EKIBEN_RUNTIMES");
  }

  store::ModelInfo Version(const std::string& version) const {
    store::ModelInfo model;
    model.tag = {.name = "echoes", .version = version};
    model.path = folder_ / version;
    std::filesystem::create_directories(model.path);
    std::ofstream(model.path / "doubles") << "float64";
    model.native = {{.signature = "predict", .runtime = "echo", .file = "doubles"}};
    return model;
  }
  std::shared_ptr<Backend> Share(const store::ModelInfo& model,
                                 batch::BatchPolicy::Options batching = {}) {
    std::shared_ptr<Backend> shared;
    Start(loader_.Share(model, model.native[0], "echoes.predict", batching),
          [&](Result<std::shared_ptr<Backend>> backend) { shared = backend.value(); });
    EXPECT_TRUE(loop_.RunUntil([&] { return shared != nullptr; }));
    return shared;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("backend_test" + std::to_string(getpid()));
  PollLoop loop_;
  observe::MetricRegistry metrics_;
  BackendLoader loader_{loop_, metrics_, 1};
  store::ModelInfo model_;
};

TEST_F(BackendTest, AModelThatSomebodyStillHasIsNotLoadedAgain) {
  const auto first = Share(model_);
  EXPECT_EQ(Share(model_), first);
  EXPECT_EQ(loader_.loads(), 1);
}

TEST_F(BackendTest, AModelThatNobodyHasAnyMoreIsLoadedAgain) {
  Share(model_);
  Share(model_);
  EXPECT_EQ(loader_.loads(), 2);
}

TEST_F(BackendTest, AnotherVersionIsLoaded) {
  const auto first = Share(model_);
  EXPECT_NE(Share(Version("v2")), first);
}

TEST_F(BackendTest, OtherBatchingNeedsABackendOfItsOwn) {
  const auto first = Share(model_);
  EXPECT_NE(Share(model_, {.max_rows = 1}), first);
}

TEST_F(BackendTest, TheLoopIsFreeWhileAModelLoads) {
  bool loaded = false;
  Start(loader_.Share(model_, model_.native[0], "echoes.predict", {}),
        [&](const Result<std::shared_ptr<Backend>>& backend) { loaded = backend.has_value(); });
  EXPECT_FALSE(loaded);
  EXPECT_TRUE(loop_.RunUntil([&] { return loaded; }));
}

TEST_F(BackendTest, AModelThatCannotBeLoadedIsAnError) {
  std::filesystem::remove(model_.path / "doubles");
  std::optional<Status> failed;
  Start(loader_.Share(model_, model_.native[0], "echoes.predict", {}),
        [&](Result<std::shared_ptr<Backend>> backend) { failed = std::move(backend).error(); });
  ASSERT_TRUE(loop_.RunUntil([&] { return failed.has_value(); }));
  EXPECT_THAT(failed->message(), testing::HasSubstr("echoes.predict"));
}

TEST_F(BackendTest, AVersionThatWasDeletedAndSavedAgainIsLoaded) {
  const auto first = Share(model_);
  const auto file = model_.path / "doubles";
  std::filesystem::last_write_time(
      file, std::filesystem::last_write_time(file) + std::chrono::seconds(1));
  EXPECT_NE(Share(model_), first);
}

}  // namespace
}  // namespace ekiben::service
