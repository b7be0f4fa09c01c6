// SPDX-License-Identifier: Apache-2.0
#include "store/bento_store.h"

#include <fstream>

#include "base/status_matchers.h"
#include "store/bento_yaml.h"
#include "store/digest.h"
#include "store/store_testing.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class BentoStoreTest : public StoreTest {
 protected:
  std::string Latest(const std::string& name) const {
    std::string text;
    std::getline(std::ifstream(store_.home() / "bentos" / name / "latest"), text);
    return text;
  }
};

TEST_F(BentoStoreTest, AStoreThatIsNotThereIsEmpty) {
  EXPECT_THAT(bentos_.List()->found, IsEmpty());
  EXPECT_FALSE(fs::exists(store_.home()));
}

TEST_F(BentoStoreTest, APublishedBentoIsFoundAndLatest) {
  ASSERT_THAT(Build("iris_classifier:a1", 1), IsOk());
  ASSERT_THAT(Build("iris_classifier:b1"), IsOk());
  EXPECT_EQ(Latest("iris_classifier"), "b1");
  EXPECT_EQ(bentos_.Get("iris_classifier")->tag.version, "b1");
  EXPECT_EQ(bentos_.Get("iris_classifier:a")->tag.version, "a1");
  EXPECT_EQ(bentos_.Get("iris_classifier")->path,
            store_.home() / "bentos" / "iris_classifier" / "b1");
  EXPECT_THAT(Build("iris_classifier:a1"),
              HasMessage("bento 'iris_classifier:a1' is in the store already"));
}

TEST_F(BentoStoreTest, AnOlderBentoDoesNotBecomeLatest) {
  ASSERT_THAT(Build("iris_classifier:new"), IsOk());
  ASSERT_THAT(Build("iris_classifier:old", 5), IsOk());
  EXPECT_EQ(Latest("iris_classifier"), "new");
}

TEST_F(BentoStoreTest, ABentoOfAnotherTagIsNotPublished) {
  StagingFolder staging = StagingFolder::Make(store_.home()).value();
  std::ofstream(staging.path() / "bento.yaml") << BentoText("iris:v1");
  EXPECT_THAT(bentos_.Publish(std::move(staging), {.name = "iris", .version = "v2"}),
              HasMessage("bento.yaml: name and version: expected 'iris:v2', got 'iris:v1'"));
  EXPECT_THAT(bentos_.List()->found, IsEmpty());
}

TEST_F(BentoStoreTest, DeletingTheNewestMakesTheNextOneLatest) {
  ASSERT_THAT(Build("iris:a1", 1), IsOk());
  ASSERT_THAT(Build("iris:b1"), IsOk());
  ASSERT_THAT(bentos_.Delete({.name = "iris", .version = "b1"}), IsOk());
  EXPECT_EQ(Latest("iris"), "a1");
  ASSERT_THAT(bentos_.Delete({.name = "iris", .version = "a1"}), IsOk());
  EXPECT_FALSE(fs::exists(store_.home() / "bentos" / "iris"));
}

TEST_F(BentoStoreTest, ModelsAndBentosOfOneNameAreApart) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_THAT(bentos_.Get("iris"), HasCode(Code::kNotFound));
  EXPECT_EQ(bentos_.Get("iris").error().hint(), "there are no bentos in it");
  ASSERT_THAT(Build("iris:v2"), IsOk());
  EXPECT_EQ(store_.Get("iris")->tag.version, "v1");
  EXPECT_THAT(bentos_.Get("irsi"), HasMessage(HasSubstr("bento 'irsi' is not in the store")));
  EXPECT_EQ(bentos_.Get("irsi").error().hint(), "did you mean 'iris'?");
  EXPECT_EQ(bentos_.Get("iris:x").error().hint(), "see `ekiben list iris`");
}

TEST_F(BentoStoreTest, ADamagedBentoHidesNoOther) {
  ASSERT_THAT(Build("iris:v1"), IsOk());
  fs::create_directories(store_.home() / "bentos" / "iris" / "half");
  const auto listing = bentos_.List();
  EXPECT_THAT(listing->found, SizeIs(1));
  ASSERT_THAT(listing->unreadable, SizeIs(1));
  EXPECT_THAT(listing->unreadable[0],
              HasMessage(HasSubstr("is no whole bento: it has no bento.yaml")));
  EXPECT_EQ(listing->unreadable[0].hint(), "`ekiben delete iris:half` removes what is left of it");
}

TEST_F(BentoStoreTest, TheSizeOfModelsIsTheirsWhereverTheyLie) {
  ASSERT_THAT(Save("line:v1"), IsOk());
  ASSERT_THAT(Build("outside:v1", 0, "models: [{tag: \"line:v1\"}]\n"), IsOk());
  const uint64_t size = store_.List()->found[0].size;
  const BentoInfo outside = bentos_.List("outside")->found[0];
  EXPECT_EQ(outside.model_size, size);
  EXPECT_EQ(ModelsOf(outside, store_.home()).home(), store_.home());

  ASSERT_THAT(Build("within:v1", 0, "models: [{tag: \"line:v1\"}]\n"), IsOk());
  const fs::path models = store_.home() / "bentos" / "within" / "v1" / "models";
  fs::create_directories(models);
  fs::copy(PathOf("line"), models / "line", fs::copy_options::recursive);
  const BentoInfo within = bentos_.List("within")->found[0];
  EXPECT_EQ(within.model_size, size);
  EXPECT_GT(within.size, outside.size);
  EXPECT_THAT(ModelsOf(within, store_.home()).Get("line:v1"), IsOk());
  EXPECT_EQ(ModelsOf(within, store_.home()).home(), within.path);
}

TEST_F(BentoStoreTest, AChangedFileIsNamed) {
  StagingFolder staging = StagingFolder::Make(store_.home()).value();
  std::ofstream(staging.path() / "service.py") << "svc = 1\n";
  const std::string yaml = BentoText("iris:v1");
  const std::string ours = "ekiben: {format: 1, kind: python";
  const std::string digest = TreeDigest(staging.path(), yaml + ours + "}\n").value();
  std::ofstream(staging.path() / kBentoYaml) << yaml << ours << ", digest: \"" << digest << "\"}\n";
  const auto bento = bentos_.Publish(std::move(staging), Tag{.name = "iris", .version = "v1"});
  ASSERT_THAT(bento, IsOk());
  EXPECT_THAT(CheckDigest(*bento), IsOk());

  std::ofstream(bento->path / "service.py") << "svc = 2\n";
  fs::last_write_time(bento->path / "service.py",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_THAT(CheckDigest(*bento),
              HasMessage(HasSubstr("is not as it was built: written later: 'service.py'")));

  fs::remove(bento->path / "service.py");
  EXPECT_THAT(CheckDigest(*bento), HasMessage(HasSubstr("a file was changed, added or removed")));
}

TEST_F(BentoStoreTest, ABentoWithoutADigestIsTakenAsItIs) {
  const auto bento = Build("iris:v1");
  ASSERT_THAT(bento, IsOk());
  EXPECT_THAT(CheckDigest(*bento), IsOk());
}

}  // namespace
}  // namespace ekiben::store
