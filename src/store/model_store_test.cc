// SPDX-License-Identifier: Apache-2.0
#include "store/model_store.h"

#include <sys/stat.h>

#include "base/status_matchers.h"
#include "store/store_testing.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ModelStoreTest : public StoreTest {
 protected:
  std::vector<std::string> Listed(const std::string& name = "") const {
    std::vector<std::string> tags;
    const auto listing = store_.List(name);
    for (const ModelInfo& model : listing->found) tags.push_back(model.tag.ToString());
    return tags;
  }
};

TEST_F(ModelStoreTest, AStoreThatIsNotThereIsEmpty) {
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_FALSE(fs::exists(store_.home()));
}

TEST_F(ModelStoreTest, ListsTheNewestFirstWithSizes) {
  ASSERT_THAT(Save("iris:old", 2), IsOk());
  ASSERT_THAT(Save("wine:v1", 1), IsOk());
  ASSERT_THAT(Save("iris:new"), IsOk());
  EXPECT_THAT(Listed(), ElementsAre("iris:new", "wine:v1", "iris:old"));
  EXPECT_THAT(Listed("iris"), ElementsAre("iris:new", "iris:old"));
  EXPECT_THAT(Listed("iris:old"), ElementsAre("iris:old"));
  EXPECT_GT(store_.List()->found[0].size, std::string("weights").size());
}

TEST_F(ModelStoreTest, ATagIsLatestExactOrAUniquePrefix) {
  ASSERT_THAT(Save("iris:hrca", 2), IsOk());
  ASSERT_THAT(Save("iris:hrcabc", 1), IsOk());
  ASSERT_THAT(Save("iris:xyz"), IsOk());
  const auto get = [&](const char* tag) { return store_.Get(tag)->tag.version; };
  EXPECT_EQ(get("iris"), "xyz");
  EXPECT_EQ(get("iris:latest"), "xyz");
  EXPECT_EQ(get("iris:hrca"), "hrca");
  EXPECT_EQ(get("iris:hrcab"), "hrcabc");
  EXPECT_EQ(get("iris:x"), "xyz");
  EXPECT_EQ(get("IRIS:X"), "xyz");
}

TEST_F(ModelStoreTest, APrefixOfSeveralVersionsNamesThem) {
  ASSERT_THAT(Save("iris:hra"), IsOk());
  ASSERT_THAT(Save("iris:hrb"), IsOk());
  const auto model = store_.Get("iris:h");
  EXPECT_THAT(model, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(model, HasMessage("'iris:h' means 2 versions: hra, hrb"));
}

TEST_F(ModelStoreTest, AFolderThatHasNoVersionsIsNoNameToHintAt) {
  fs::create_directories(store_.home() / "models" / "iris_clf");
  EXPECT_EQ(store_.Get("iris_clf").error().hint(), "there are no models in it");
}

TEST_F(ModelStoreTest, WhatIsNotThereHintsAtTheNearest) {
  ASSERT_THAT(Save("iris_clf:abcdef"), IsOk());
  EXPECT_THAT(store_.Get("irsi_clf"), HasCode(Code::kNotFound));
  EXPECT_EQ(store_.Get("irsi_clf").error().hint(), "did you mean 'iris_clf'?");
  EXPECT_EQ(store_.Get("iris_clf:abcdfe").error().hint(),
            "did you mean 'iris_clf:abcdef'? see `ekiben models list iris_clf`");
  EXPECT_EQ(store_.Get("resnet").error().hint(), "see `ekiben models list`");
  EXPECT_THAT(store_.List("irsi_clf"), HasCode(Code::kNotFound));
}

TEST_F(ModelStoreTest, LatestIsFoundByTimeWhereItsFileIsMissingOrWrong) {
  ASSERT_THAT(Save("iris:old", 2), IsOk());
  ASSERT_THAT(Save("iris:new"), IsOk());
  for (const char* text : {"gone", "", "../../x", "two\nlines"}) {
    std::ofstream(PathOf("iris") / "latest") << text;
    EXPECT_EQ(store_.Get("iris")->tag.version, "new") << text;
  }
  fs::remove(PathOf("iris") / "latest");
  EXPECT_EQ(store_.Get("iris")->tag.version, "new");
}

TEST_F(ModelStoreTest, TheFileLatestWinsOverTheTime) {
  ASSERT_THAT(Save("iris:old", 2), IsOk());
  ASSERT_THAT(Save("iris:new"), IsOk());
  std::ofstream(PathOf("iris") / "latest") << "old\n";
  EXPECT_EQ(store_.Get("iris")->tag.version, "old");
}

TEST_F(ModelStoreTest, AFolderThatIsNoModelHidesNoOther) {
  ASSERT_THAT(Save("iris:good"), IsOk());
  fs::create_directories(PathOf("iris") / "half");
  fs::create_directories(PathOf("iris") / "bad");
  std::ofstream(PathOf("iris") / "bad" / "model.yaml") << "name: [";
  const auto listing = store_.List();
  ASSERT_THAT(listing, IsOk());
  EXPECT_THAT(listing->found, SizeIs(1));
  ASSERT_THAT(listing->unreadable, SizeIs(2));
  EXPECT_THAT(listing->unreadable[0], HasMessage(HasSubstr("bad/model.yaml: line 1")));
  EXPECT_THAT(listing->unreadable[1], HasMessage(HasSubstr("half' is no whole model")));
}

TEST_F(ModelStoreTest, ADamagedModelIsReportedWhenAskedFor) {
  fs::create_directories(PathOf("iris") / "half");
  EXPECT_THAT(store_.Get("iris"), HasMessage(HasSubstr("it has no model.yaml")));
  EXPECT_THAT(store_.Get("iris:half"), HasCode(Code::kFailedPrecondition));
}

TEST_F(ModelStoreTest, AModelThatSaysItIsAnotherIsRefused) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  fs::rename(PathOf("iris") / "v1", PathOf("iris") / "v2");
  EXPECT_THAT(store_.Get("iris:v2"), HasMessage(HasSubstr("expected 'iris:v2', got 'iris:v1'")));
}

TEST_F(ModelStoreTest, ANativeFileIsThereAndInside) {
  ModelInfo info = Info("iris:v1");
  info.native.push_back({.signature = "run", .runtime = "onnx", .file = "saved_model.onnx"});
  ASSERT_THAT(Save(info), IsOk());
  EXPECT_THAT(store_.Get("iris"), IsOk());

  const fs::path file = PathOf("iris") / "v1" / "saved_model.onnx";
  fs::remove(file);
  EXPECT_THAT(store_.Get("iris"), HasMessage(HasSubstr("ekiben.native.run.file")));
  fs::create_symlink("/etc/passwd", file);
  EXPECT_THAT(store_.Get("iris"), HasMessage(HasSubstr("leads out of the model's folder")));
}

TEST_F(ModelStoreTest, APipeInPlaceOfAFileDoesNotBlock) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  fs::create_directories(PathOf("iris") / "v2");
  ASSERT_EQ(mkfifo((PathOf("iris") / "v2" / "model.yaml").c_str(), 0600), 0);
  EXPECT_THAT(store_.List()->found, SizeIs(1));
}

TEST_F(ModelStoreTest, OtherThingsInTheFolderAreNoModels) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  std::ofstream(PathOf("") / "README");
  std::ofstream(PathOf("iris") / "notes.txt");
  fs::create_directories(PathOf(".cache") / "x");
  EXPECT_THAT(Listed(), ElementsAre("iris:v1"));
  EXPECT_THAT(store_.List()->unreadable, IsEmpty());
}

}  // namespace
}  // namespace ekiben::store
