// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "bento/bento_testing.h"
#include "bento/builder.h"

namespace ekiben::bento {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ModelsTest : public FolderTest {
 protected:
  ModelsTest() : store_(folder_ / "home") {
    Save("price:old", {{"stage", "prod"}});
    Save("price:new", {{"stage", "trial"}, {"empty", ""}});
    Save("iris:one", {});
  }

  void Save(const std::string& tag, std::map<std::string, std::string> labels) const {
    auto staging = store::StagingFolder::Make(folder_ / "home").value();
    std::ofstream(staging.path() / "saved_model.onnx") << "weights";
    const store::ModelInfo info{.tag = store::Tag::Parse(tag).value(),
                                .module = "bentoml.onnx",
                                .labels = std::move(labels),
                                .creation_time = store::CurrentTime()};
    ASSERT_THAT(store_.Publish(std::move(staging), info), IsOk());
  }

  // The tags that the options name, then those of the service before them.
  std::vector<std::string> Tags(std::vector<ModelOption> options,
                                std::vector<std::string> of_service = {}) const {
    Plan plan;
    plan.options.models = std::move(options);
    plan.description.models = std::move(of_service);
    EXPECT_THAT(FindNamedModels(plan, store_), IsOk());
    EXPECT_THAT(FindServiceModels(plan, store_), IsOk());
    std::vector<std::string> tags;
    for (const auto& model : plan.models) tags.push_back(model.tag.ToString());
    return tags;
  }

  Status Failure(const ModelOption& option) const {
    Plan plan;
    plan.options.models = {option};
    return FindNamedModels(plan, store_);
  }

  const store::ModelStore store_;
};

TEST_F(ModelsTest, AModelIsThereOnceWhoeverNamesItAndTheServicesComeFirst) {
  EXPECT_THAT(Tags({{.tag = "price:old"}, {.tag = "price:new"}, {.tag = "price:latest"}},
                   {"iris", "price:new"}),
              ElementsAre("iris:one", "price:new", "price:old"));
}

TEST_F(ModelsTest, AFilterMayLeaveOutItsFirstWord) {
  EXPECT_THAT(Tags({{.tag = "price", .filter = "stage=prod"}}), ElementsAre("price:old"));
}

TEST_F(ModelsTest, AFilterHoldsForTheVersionThatIsNamedToo) {
  EXPECT_THAT(Tags({{.tag = "price:old", .filter = "label:stage=prod"}}), ElementsAre("price:old"));
  EXPECT_THAT(Failure({.tag = "price:new", .filter = "label:stage=prod"}),
              HasCode(Code::kNotFound));
}

TEST_F(ModelsTest, AnEmptyLabelIsNotOneThatIsMissing) {
  EXPECT_THAT(Tags({{.tag = "price", .filter = "label:empty="}}), ElementsAre("price:new"));
  EXPECT_THAT(Failure({.tag = "iris", .filter = "label:empty="}), HasCode(Code::kNotFound));
}

TEST_F(ModelsTest, WhatIsNoFilterIsShown) {
  for (const char* const filter : {"stage", "label:stage", "=prod", "label:=prod"}) {
    EXPECT_THAT(Failure({.tag = "price", .filter = filter}),
                AllOf(HasCode(Code::kInvalidArgument), HasMessage(HasSubstr(filter))));
  }
}

TEST_F(ModelsTest, OneModelMayHaveSeveralAliasesAndAnAliasOneModel) {
  Plan plan;
  plan.options.models = {{.tag = "price:old", .alias = "a"},
                         {.tag = "price:old", .alias = "b"},
                         {.tag = "price:old", .alias = "a"}};
  ASSERT_THAT(FindNamedModels(plan, store_), IsOk());
  EXPECT_EQ(plan.models.size(), 1);
  EXPECT_THAT(plan.aliases,
              ElementsAre(testing::Pair("a", "price:old"), testing::Pair("b", "price:old")));
  plan.options.models = {{.tag = "price:new", .alias = "b"}};
  EXPECT_THAT(FindNamedModels(plan, store_),
              HasMessage(AllOf(HasSubstr("price:old"), HasSubstr("price:new"))));
}

}  // namespace
}  // namespace ekiben::bento
