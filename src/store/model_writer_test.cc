// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "base/status_matchers.h"
#include "store/model_store.h"
#include "store/store_testing.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ModelWriterTest : public StoreTest {
 protected:
  // What is in HOME/tmp besides the lock.
  std::vector<std::string> Leftovers() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(store_.home() / "tmp")) {
      const std::string name = entry.path().filename();
      if (name != "models.lock") names.push_back(name);
    }
    return names;
  }
};

TEST_F(ModelWriterTest, APublishedModelIsWholeAndLatest) {
  const auto saved = Save("iris:v1");
  ASSERT_THAT(saved, IsOk());
  EXPECT_EQ(saved->path, PathOf("iris") / "v1");
  EXPECT_TRUE(fs::exists(saved->path / "saved_model.onnx"));
  EXPECT_EQ(store_.Get("iris")->module, "bentoml.onnx");
  EXPECT_EQ(Latest("iris"), "v1");
  EXPECT_EQ(fs::file_size(PathOf("iris") / "latest"), 2);
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(ModelWriterTest, WhatCrashesLeftIsSweptAfterADay) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  const fs::path tmp = store_.home() / "tmp";
  const auto leave = [&](const std::string& name, std::chrono::hours age) {
    fs::create_directory(tmp / name);
    std::ofstream(tmp / name / "saved_model.onnx") << "half";
    fs::last_write_time(tmp / name, fs::file_time_type::clock::now() - age);
  };
  const std::string dead(32, 'd'), recent(32, 'e'), file(32, 'f');
  leave(dead, std::chrono::hours(25));
  leave(recent, std::chrono::hours(23));
  leave("somebody_elses", std::chrono::hours(1000));
  std::ofstream(tmp / file) << "v1";
  fs::last_write_time(tmp / file, fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_THAT(Save("iris:v2"), IsOk());
  EXPECT_THAT(Leftovers(), testing::UnorderedElementsAre(recent, "somebody_elses"));
}

TEST_F(ModelWriterTest, WhatALiveWriterHoldsIsNotSwept) {
  const auto slow = StagingFolder::Make(store_.home());
  ASSERT_THAT(slow, IsOk());
  fs::last_write_time(slow->path(), fs::file_time_type::clock::now() - std::chrono::hours(1000));
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_TRUE(fs::exists(slow->path()));
}

TEST_F(ModelWriterTest, AnOlderModelDoesNotBecomeLatest) {
  ASSERT_THAT(Save("iris:new"), IsOk());
  ASSERT_THAT(Save("iris:old", 1), IsOk());
  EXPECT_EQ(Latest("iris"), "new");
  ASSERT_THAT(Save("iris:same"), IsOk());
  EXPECT_EQ(Latest("iris"), "same");
}

TEST_F(ModelWriterTest, ATakenVersionStaysAsItIs) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  ModelInfo other = Info("iris:v1");
  other.module = "other";
  const auto again = Save(other);
  EXPECT_THAT(again, HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(again, HasMessage("model 'iris:v1' is in the store already"));
  EXPECT_EQ(store_.Get("iris")->module, "bentoml.onnx");
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(ModelWriterTest, AnEmptyFolderTakesItsVersionToo) {
  fs::create_directories(PathOf("iris") / "v1");
  EXPECT_THAT(Save("iris:v1"), HasCode(Code::kFailedPrecondition));
}

TEST_F(ModelWriterTest, WhatIsStagedAndDroppedLeavesNothing) {
  {
    const StagingFolder staging = StagingFolder::Make(store_.home()).value();
    std::ofstream(staging.path() / "weights") << "x";
  }
  EXPECT_THAT(Leftovers(), IsEmpty());
  EXPECT_FALSE(fs::exists(PathOf("")));
}

TEST_F(ModelWriterTest, DeletingLatestMakesTheNewestOfTheRestLatest) {
  for (const auto& [tag, age] : {std::pair("iris:b", 2), {"iris:a", 1}, {"iris:c", 0}}) {
    ASSERT_THAT(Save(tag, age), IsOk());
  }
  ASSERT_THAT(store_.Delete({.name = "iris", .version = "c"}), IsOk());
  EXPECT_EQ(Latest("iris"), "a");
  EXPECT_THAT(store_.List()->found, SizeIs(2));
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(ModelWriterTest, WithItsLastVersionANameGoes) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  ASSERT_THAT(store_.Delete({.name = "iris", .version = "v1"}), IsOk());
  EXPECT_FALSE(fs::exists(PathOf("iris")));
}

TEST_F(ModelWriterTest, ADamagedModelCanBeDeleted) {
  ASSERT_THAT(Save("iris:good", 1), IsOk());
  fs::create_directories(PathOf("iris") / "half");
  EXPECT_THAT(store_.Delete({.name = "iris", .version = "half"}), IsOk());
  EXPECT_EQ(Latest("iris"), "good");
}

TEST_F(ModelWriterTest, DeletingWhatIsNotThereIsNotFound) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_THAT(store_.Delete({.name = "iris", .version = "v2"}), HasCode(Code::kNotFound));
  EXPECT_THAT(store_.Delete({.name = "wine", .version = "v2"}), HasCode(Code::kNotFound));
}

TEST_F(ModelWriterTest, AStoreThatCannotBeMadeSaysWhy) {
  const fs::path file = store_.home() / "file";
  fs::create_directories(store_.home());
  std::ofstream(file) << "x";
  EXPECT_THAT(StagingFolder::Make(file), HasMessage(HasSubstr("cannot make the folder")));
}

TEST_F(ModelWriterTest, ReadersSeeWholeModelsWhileOthersWriteAndDelete) {
  ASSERT_THAT(Save("iris:base", 100), IsOk());
  std::atomic<bool> done = false;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 10; ++i) {
        const Tag tag{.name = "iris", .version = fmt::format("w{}x{}", writer, i)};
        EXPECT_THAT(Save(tag.ToString(), 50 - i), IsOk());
        if (i % 2 == 0) {
          EXPECT_THAT(store_.Delete(tag), IsOk());
        }
      }
    });
  }
  std::jthread reader([&] {
    while (!done) {
      EXPECT_THAT(store_.Get("iris"), IsOk());
      EXPECT_THAT(store_.List()->unreadable, IsEmpty());
    }
  });
  writers.clear();
  done = true;
  reader.join();
  EXPECT_THAT(store_.List()->found, SizeIs(16));
  EXPECT_EQ(store_.Get("iris")->creation_time, Info("iris:x", 41).creation_time);
}

TEST_F(ModelWriterTest, SeveralProcessesPublishOneVersionOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(Save("iris:v1") ? 0 : 1);
    children.push_back(child);
  }
  int published = 0;
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    published += WEXITSTATUS(status) == 0 ? 1 : 0;
  }
  EXPECT_EQ(published, 1);
  EXPECT_THAT(store_.Get("iris"), IsOk());
  EXPECT_THAT(Leftovers(), IsEmpty());
}

}  // namespace
}  // namespace ekiben::store
