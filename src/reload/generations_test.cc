// SPDX-License-Identifier: Apache-2.0
#include "reload/generations.h"

#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "reload/loop_testing.h"

namespace ekiben::reload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// What a test sees and says of a generation, which may be destroyed before.
struct Script {
  std::function<void(const Status&)> done;
  bool prepared = false, in_use = false, stopping = false, killed = false, stopped = false;
  bool destroyed = false;
};

class ScriptedGeneration final : public Generation {
 public:
  explicit ScriptedGeneration(Script& script) : script_(script) {}
  ~ScriptedGeneration() override { script_.destroyed = true; }
  void Prepare() override { script_.prepared = true; }
  void Start(std::function<void(const Status&)> done) override { script_.done = std::move(done); }
  bool in_use() const override { return script_.in_use; }
  void Stop() override { script_.stopping = true; }
  void Kill() override { script_.killed = true; }
  bool stopped() const override { return script_.stopped; }

 private:
  Script& script_;
};

class GenerationsTest : public testing::Test {
 protected:
  std::unique_ptr<Generations> Make(bool standby = false) {
    return std::make_unique<Generations>(
        loop_, Generations::Options{.standby = standby, .stop_time = 5s, .look_every = 10ms},
        Generations::Events{
            .make =
                [this] {
                  scripts_.push_back(std::make_unique<Script>());
                  return std::make_unique<ScriptedGeneration>(*scripts_.back());
                },
            .on_serving = [this](Generation&) { told_.emplace_back("serving"); },
            .on_failed = [this](const Status& why) { told_.push_back(why.message()); }});
  }
  Script& script(size_t number) { return *scripts_[number]; }

  ManualLoop loop_;
  std::vector<std::unique_ptr<Script>> scripts_;
  std::vector<std::string> told_;
};

TEST_F(GenerationsTest, TheFirstServesOnceItIsLoaded) {
  const auto generations = Make();
  generations->Load();
  EXPECT_EQ(generations->serving(), nullptr);
  script(0).done({});
  EXPECT_NE(generations->serving(), nullptr);
  EXPECT_THAT(told_, ElementsAre("serving"));
}

TEST_F(GenerationsTest, TheOldOneEndsWhenItsLastRequestIsAnswered) {
  const auto generations = Make();
  generations->Load();
  script(0).done({});
  script(0).in_use = true;
  generations->Load();
  script(1).done({});
  loop_.Advance(1h);
  EXPECT_FALSE(script(0).stopping);
  script(0).in_use = false;
  loop_.Advance(10ms);
  EXPECT_TRUE(script(0).stopping);
  EXPECT_FALSE(script(0).destroyed);
  script(0).stopped = true;
  loop_.Advance(10ms);
  EXPECT_TRUE(script(0).destroyed);
  EXPECT_EQ(generations->alive(), 1);
}

TEST_F(GenerationsTest, TheOldOneServesOnWhereTheNewOneCannotBeLoaded) {
  const auto generations = Make();
  generations->Load();
  script(0).done({});
  Generation* const good = generations->serving();
  generations->Load();
  script(1).done(FailedPrecondition("broken"));
  loop_.Advance(10ms);
  EXPECT_EQ(generations->serving(), good);
  EXPECT_TRUE(script(1).stopping);
  EXPECT_FALSE(script(0).stopping);
  generations->Load();
  script(2).done({});
  EXPECT_NE(generations->serving(), good);
  EXPECT_THAT(told_, ElementsAre("serving", "broken", "serving"));
}

TEST_F(GenerationsTest, ALoadThatIsOvertakenIsGivenUp) {
  const auto generations = Make();
  generations->Load();
  generations->Load();
  loop_.Advance(10ms);
  EXPECT_TRUE(script(0).stopping);
  script(0).done({});
  EXPECT_THAT(told_, IsEmpty());
  script(1).done({});
  EXPECT_THAT(told_, ElementsAre("serving"));
}

TEST_F(GenerationsTest, WhatDoesNotEndIsKilled) {
  const auto generations = Make();
  generations->Load();
  script(0).done({});
  generations->Load();
  script(1).done({});
  loop_.Advance(4s);
  EXPECT_FALSE(script(0).killed);
  loop_.Advance(2s);
  EXPECT_TRUE(script(0).killed);
}

TEST_F(GenerationsTest, AStandbyIsPreparedOnceSomethingServesAndUsedByTheNextLoad) {
  const auto generations = Make(true);
  generations->Load();
  EXPECT_EQ(scripts_.size(), 1);
  script(0).done({});
  ASSERT_EQ(scripts_.size(), 2);
  EXPECT_TRUE(script(1).prepared);
  generations->Load();
  ASSERT_EQ(scripts_.size(), 2);
  script(1).done(FailedPrecondition("broken"));
  ASSERT_EQ(scripts_.size(), 3);
  EXPECT_TRUE(script(2).prepared);
}

TEST_F(GenerationsTest, StopEndsAllOfThem) {
  const auto generations = Make(true);
  generations->Load();
  script(0).done({});
  generations->Load();
  bool done = false;
  generations->Stop([&] { done = true; });
  loop_.Advance(10ms);
  for (const auto& each : scripts_) EXPECT_TRUE(each->stopping);
  EXPECT_FALSE(done);
  for (const auto& each : scripts_) each->stopped = true;
  loop_.Advance(10ms);
  EXPECT_TRUE(done);
  EXPECT_EQ(generations->alive(), 0);
}

TEST_F(GenerationsTest, StopIsDoneAtOnceWhereNothingRuns) {
  const auto generations = Make();
  bool done = false;
  generations->Stop([&] { done = true; });
  loop_.Advance(10ms);
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace ekiben::reload
