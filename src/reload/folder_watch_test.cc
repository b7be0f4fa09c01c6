// SPDX-License-Identifier: Apache-2.0
#include "reload/folder_watch.h"

#include <poll.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "base/status_matchers.h"
#include "reload/loop_testing.h"

namespace ekiben::reload {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

class FolderWatchTest : public testing::Test {
 protected:
  FolderWatchTest() {
    fs::remove_all(root_);
    fs::create_directories(root_ / "pkg");
    fs::create_directories(root_ / "skipped");
  }
  ~FolderWatchTest() override { fs::remove_all(root_.parent_path()); }

  void Start(size_t most_folders = 100) {
    watch_ =
        FolderWatch::Start(loop_, root_,
                           {.enters = [](const std::string& path) { return path != "skipped"; },
                            .on_change = [this](const std::string& path) { changed_.insert(path); },
                            .most_folders = most_folders})
            .value();
  }
  void Write(const fs::path& file) const { std::ofstream(root_ / file) << "x"; }
  // What has been told; the system tells it at once.
  std::set<std::string> Changed() {
    loop_.ReadAll();
    return std::exchange(changed_, {});
  }

  const fs::path root_ =
      fs::path(testing::TempDir()) / ("folder_watch_test" + std::to_string(getpid())) / "root";
  ManualLoop loop_;
  std::set<std::string> changed_;
  std::unique_ptr<FolderWatch> watch_;
};

TEST_F(FolderWatchTest, AWrittenFileIsTold) {
  Start();
  Write("service.py");
  Write("pkg/a.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre("service.py", "pkg/a.py"));
}

TEST_F(FolderWatchTest, AFileThatIsReadIsNot) {
  Write("service.py");
  Start();
  std::string text;
  std::ifstream(root_ / "service.py") >> text;
  EXPECT_THAT(Changed(), UnorderedElementsAre());
}

// Editors write another file and rename it.
TEST_F(FolderWatchTest, ARenamedFileIsToldUnderBothNames) {
  Write("new");
  Start();
  fs::rename(root_ / "new", root_ / "service.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre("new", "service.py"));
}

TEST_F(FolderWatchTest, ARemovedFileIsTold) {
  Write("service.py");
  Start();
  fs::remove(root_ / "service.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre("service.py"));
}

TEST_F(FolderWatchTest, ALinkIsToldWhenItIsMade) {
  Start();
  fs::create_symlink("elsewhere.py", root_ / "service.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre("service.py"));
}

TEST_F(FolderWatchTest, SkippedFoldersAreNotWatched) {
  Start();
  EXPECT_EQ(watch_->folders(), 2);
  Write("skipped/a.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre());
}

TEST_F(FolderWatchTest, FoldersThatComeAreWatchedWithWhatIsInThem) {
  Start();
  fs::create_directories(root_ / "new" / "deep");
  Write("new/a.py");
  Write("new/deep/b.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre("new/a.py", "new/deep/b.py"));
  Write("new/deep/c.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre("new/deep/c.py"));
}

TEST_F(FolderWatchTest, AFolderThatIsMovedAwayIsToldAndNotWatchedAnyMore) {
  Write("pkg/a.py");
  Start();
  const fs::path elsewhere = root_.parent_path() / "elsewhere";
  fs::rename(root_ / "pkg", elsewhere);
  EXPECT_THAT(Changed(), UnorderedElementsAre("pkg/"));
  std::ofstream(elsewhere / "a.py") << "y";
  EXPECT_THAT(Changed(), UnorderedElementsAre());
}

TEST_F(FolderWatchTest, AFolderThatIsRemovedCanComeBack) {
  Write("pkg/a.py");
  Start();
  fs::remove_all(root_ / "pkg");
  EXPECT_THAT(Changed(), Contains("pkg/a.py"));
  fs::create_directories(root_ / "pkg");
  Changed();
  Write("pkg/b.py");
  EXPECT_THAT(Changed(), UnorderedElementsAre("pkg/b.py"));
}

TEST_F(FolderWatchTest, TooManyFoldersAreSaid) {
  for (int i = 0; i < 5; ++i) fs::create_directories(root_ / std::to_string(i));
  Start(3);
  EXPECT_EQ(watch_->folders(), 3);
  EXPECT_THAT(watch_->incomplete(), HasMessage(HasSubstr("more than 3 folders")));
}

TEST_F(FolderWatchTest, AFolderThatIsNotThereIsAnError) {
  const auto watch = FolderWatch::Start(loop_, root_ / "nothing", {});
  EXPECT_THAT(watch, Not(IsOk()));
}

}  // namespace
}  // namespace ekiben::reload
