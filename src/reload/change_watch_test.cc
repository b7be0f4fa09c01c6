// SPDX-License-Identifier: Apache-2.0
#include "reload/change_watch.h"

#include <unistd.h>

#include <fstream>

#include "base/status_matchers.h"
#include "reload/loop_testing.h"

namespace ekiben::reload {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class ChangeWatchTest : public testing::Test {
 protected:
  ChangeWatchTest() {
    fs::create_directories(root_ / "work" / "venv3");
    fs::create_directories(models_ / "iris");
    Write(root_ / "work" / "venv3" / "pyvenv.cfg");
    EXPECT_THAT(watch_.Start(), IsOk());
  }
  ~ChangeWatchTest() override { fs::remove_all(root_); }

  static void Write(const fs::path& file) { std::ofstream(file) << "x"; }
  // What was told of what has happened so far.
  std::vector<std::string> Told() {
    loop_.ReadAll();
    loop_.Advance(Settling::kMost);
    return std::exchange(told_, {});
  }

  const fs::path root_ =
      fs::path(testing::TempDir()) / ("change_watch_test" + std::to_string(getpid()));
  const fs::path models_ = root_ / "work" / "home" / "models";
  ManualLoop loop_;
  std::vector<std::string> told_;
  ChangeWatch watch_{loop_,
                     {.folder = root_ / "work",
                      .models = models_,
                      .on_change = [this](const std::set<std::string>& changed, Time) {
                        told_.push_back(Summary(changed));
                      }}};
};

TEST_F(ChangeWatchTest, FilesThatAreSavedTogetherAreToldOnce) {
  Write(root_ / "work" / "service.py");
  Write(root_ / "work" / "labels.json");
  Write(root_ / "work" / "notes.md");
  EXPECT_THAT(Told(), ElementsAre("service.py and 1 more"));
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(ChangeWatchTest, WhatCountsCanChange) {
  watch_.Follow(WatchedFiles({{.include = {"*.txt"}, .exclude = {}}}), {});
  Write(root_ / "work" / "service.py");
  EXPECT_THAT(Told(), IsEmpty());
  Write(root_ / "work" / "words.txt");
  EXPECT_THAT(Told(), ElementsAre("words.txt"));
}

TEST_F(ChangeWatchTest, ANewestModelThatIsAskedForCounts) {
  Write(models_ / "iris" / "latest");
  EXPECT_THAT(Told(), IsEmpty());
  watch_.Follow(WatchedFiles(), {"iris"});
  Write(models_ / "iris" / "latest");
  EXPECT_THAT(Told(), ElementsAre("iris:latest"));
  fs::create_directories(models_ / "other");
  Write(models_ / "other" / "latest");
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(ChangeWatchTest, AnyModelCountsWhileNobodyKnowsWhichAreAskedFor) {
  watch_.FollowAnyModel();
  fs::create_directories(models_ / "other");
  Write(models_ / "other" / "latest");
  EXPECT_THAT(Told(), ElementsAre("other:latest"));
}

TEST_F(ChangeWatchTest, AStoreAndAVirtualEnvironmentWithinTheFolderDoNotCount) {
  Write(root_ / "work" / "home" / "a.json");
  Write(root_ / "work" / "venv3" / "a.py");
  EXPECT_THAT(Told(), IsEmpty());
}

}  // namespace
}  // namespace ekiben::reload
