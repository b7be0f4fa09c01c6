// SPDX-License-Identifier: Apache-2.0
#include "store/checkup.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "store/random.h"
#include "store/store_testing.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Level = Finding::Level;

class CheckupTest : public StoreTest {
 protected:
  // The findings, but for those that tell of the disk of whoever runs this.
  std::vector<Finding> Findings() const {
    std::vector<Finding> findings = CheckStore(store_.home()).findings;
    std::erase_if(findings, [](const Finding& one) { return one.what.contains("the disk"); });
    return findings;
  }
  // Repairs what is found, which has to be one thing, and expects it to be gone.
  void ExpectRepaired() const {
    const auto findings = Findings();
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_THAT(RepairFinding(store_.home(), findings.front()), IsOk());
    EXPECT_THAT(Findings(), IsEmpty());
  }
};

TEST_F(CheckupTest, AHomeThatIsNotThereIsAnEmptyStore) {
  const Checkup checkup = CheckStore(store_.home());
  EXPECT_EQ(checkup.models + checkup.bentos, 0U);
  EXPECT_GT(checkup.free_bytes, 0U);
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(CheckupTest, InAWholeStoreNothingIsFound) {
  ASSERT_THAT(Save("line:v1"), IsOk());
  ASSERT_THAT(Save("line:v2"), IsOk());
  ASSERT_THAT(Build("iris:v1", 0, "models: [{tag: \"line:v1\"}]\n"), IsOk());
  const Checkup checkup = CheckStore(store_.home());
  EXPECT_EQ(checkup.models, 2U);
  EXPECT_EQ(checkup.bentos, 1U);
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(CheckupTest, AModelThatCannotBeReadIsAnError) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  ASSERT_THAT(Save("iris:v2"), IsOk());
  std::ofstream(PathOf("iris/v1/model.yaml")) << "name: [";
  const auto findings = Findings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].level, Level::kError);
  EXPECT_EQ(findings[0].where, PathOf("iris/v1"));
  EXPECT_THAT(findings[0].next, HasSubstr("`ekiben models delete iris:v1`"));
  EXPECT_EQ(findings[0].repair, Finding::Repair::kNone);
  EXPECT_EQ(CheckStore(store_.home()).models, 1U);
}

TEST_F(CheckupTest, ABentoThatWasChangedOrLacksAModelIsAnError) {
  const std::string digest(64, 'a');
  ASSERT_THAT(Build("iris:v1", 0, "ekiben: {format: 1, digest: \"sha256:" + digest + "\"}\n"),
              IsOk());
  ASSERT_THAT(Build("wine:v1", 0, "models: [{tag: \"line:v1\"}]\n"), IsOk());
  const auto findings = Findings();
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_THAT(findings[0].what, HasSubstr("bento 'iris:v1'"));
  EXPECT_THAT(findings[0].what, HasSubstr("is not as it was built"));
  EXPECT_THAT(findings[1].what, HasSubstr("bento 'wine:v1' lacks a model: model 'line:v1'"));
  EXPECT_EQ(CheckStore(store_.home()).bentos, 0U);
}

TEST_F(CheckupTest, LatestThatIsMissingOrOldOrNamesNothingIsRepaired) {
  ASSERT_THAT(Save("iris:v1", 24), IsOk());
  ASSERT_THAT(Save("iris:v2"), IsOk());
  fs::remove(PathOf("iris/latest"));
  ExpectRepaired();
  std::ofstream(PathOf("iris/latest")) << "v1";
  ExpectRepaired();
  std::ofstream(PathOf("iris/latest")) << "v3";
  EXPECT_EQ(Findings().front().what,
            "'latest' of the model 'iris' is 'v3', and the newest is 'v2'");
  EXPECT_EQ(Findings().front().level, Level::kWarning);
  ExpectRepaired();
  EXPECT_EQ(Latest("iris"), "v2");
}

TEST_F(CheckupTest, ANameWithoutAVersionIsRepaired) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  fs::create_directories(store_.home() / "bentos/wine");
  ExpectRepaired();
  EXPECT_FALSE(fs::exists(store_.home() / "bentos/wine"));
}

TEST_F(CheckupTest, WhatAKilledWriterLeftIsFoundAndRemoved) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  const fs::path left = store_.home() / "tmp" / RandomName();
  fs::create_directories(left / "src");
  ExpectRepaired();
  EXPECT_FALSE(fs::exists(left));
  std::ofstream(store_.home() / "tmp" / RandomName()) << "v1";
  ExpectRepaired();
}

TEST_F(CheckupTest, WhatIsBeingWrittenIsNoFinding) {
  const auto empty = StagingFolder::Make(store_.home());
  const auto staging = StagingFolder::Make(store_.home());
  ASSERT_THAT(staging, IsOk());
  std::ofstream(staging->path() / "file") << "text";
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(CheckupTest, AFolderThatIsAFileIsAnError) {
  fs::create_directories(store_.home());
  std::ofstream(store_.home() / "models") << "text";
  const auto findings = Findings();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].what, HasSubstr("models' is no folder"));
}

}  // namespace
}  // namespace ekiben::store
