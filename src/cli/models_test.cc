// SPDX-License-Identifier: Apache-2.0
#include "cli/models.h"

#include "base/status_matchers.h"
#include "cli/cli_testing.h"
#include "cli/report.h"
#include "cli/store_listing.h"

namespace ekiben::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class ModelsTest : public CliTest {};

TEST_F(ModelsTest, TheTableHasBentomlsColumnsAndTheNewestFirst) {
  ASSERT_THAT(Save("iris_clf:old", 24), IsOk());
  ASSERT_THAT(Save("wine:v1"), IsOk());
  EXPECT_EQ(Run({"models", "list"}), kExitOk);
  EXPECT_EQ(out(),
            "Tag           Module        Size      Creation Time\n"
            "wine:v1       bentoml.onnx  266.00 B  2026-11-22 14:03:08\n"
            "iris_clf:old  bentoml.onnx  271.00 B  2026-11-21 14:03:08\n");
}

TEST_F(ModelsTest, JsonIsAStableArray) {
  store::ModelInfo info = Info("iris:v1");
  info.labels["owner"] = "me";
  ASSERT_THAT(Save(info), IsOk());
  EXPECT_EQ(Run({"models", "list", "-o", "json"}), kExitOk);
  EXPECT_EQ(out(), R"([
  {
    "tag": "iris:v1",
    "module": "bentoml.onnx",
    "size": "279.00 B",
    "creation_time": "2026-11-22 14:03:08",
    "path": ")" + PathOf("iris/v1").string() +
                       R"(",
    "size_bytes": 279,
    "labels": {
      "owner": "me"
    }
  }
]
)");
}

TEST_F(ModelsTest, YamlAndPathSayTheSame) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  Run({"models", "list", "-o", "yaml"});
  EXPECT_THAT(out(), HasSubstr("- tag: \"iris:v1\"\n  module: \"bentoml.onnx\"\n"));
  Run({"models", "list", "iris", "-o", "path"});
  EXPECT_EQ(out(), PathOf("iris/v1").string() + "\n");
}

TEST_F(ModelsTest, AnEmptyStoreSaysSoToPeopleOnly) {
  EXPECT_EQ(Run({"models", "list"}), kExitOk);
  EXPECT_THAT(err(), HasSubstr("note: there are no models in '"));
  EXPECT_EQ(Run({"models", "list", "-o", "json"}), kExitOk);
  EXPECT_EQ(out(), "[]\n");
  EXPECT_EQ(err(), "");
}

TEST_F(ModelsTest, ADamagedFolderIsOneLineOnStderr) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  std::filesystem::create_directories(PathOf("iris/half"));
  EXPECT_EQ(Run({"models", "list", "-o", "path"}), kExitOk);
  EXPECT_EQ(out(), PathOf("iris/v1").string() + "\n");
  EXPECT_EQ(err(), "warning: '" + PathOf("iris/half").string() +
                       "' is no whole model: it has no model.yaml\n");
}

TEST_F(ModelsTest, AMistypedNameIsGuessed) {
  ASSERT_THAT(Save("iris_clf:v1"), IsOk());
  EXPECT_EQ(Run({"models", "list", "iris_cfl"}), kExitNotFound);
  EXPECT_THAT(err(), HasSubstr("hint: did you mean 'iris_clf'?\n"));
  EXPECT_EQ(Run({"models", "get", "../iris"}), kExitInvalid);
}

TEST_F(ModelsTest, GetPrintsModelYamlAsItIs) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_EQ(Run({"models", "get", "iris"}), kExitOk);
  const std::string yaml = out();
  EXPECT_THAT(yaml, HasSubstr("name: iris\nversion: v1\nmodule: bentoml.onnx\n"));
  EXPECT_EQ(Run({"models", "get", "iris:v", "-o", "path"}), kExitOk);
  EXPECT_EQ(out(), PathOf("iris/v1").string() + "\n");
  Run({"models", "get", "iris", "-o", "json"});
  EXPECT_THAT(out(), HasSubstr("  \"version\": \"v1\",\n"));
  Run({"models", "get", "iris", "-o", "table"});
  EXPECT_THAT(out(), HasSubstr("iris:v1  bentoml.onnx  2"));
}

TEST_F(ModelsTest, DeleteTakesNamesTagsAndCommas) {
  for (const char* tag : {"iris:v1", "iris:v2", "wine:a1", "wine:b1", "tea:v1"}) {
    ASSERT_THAT(Save(tag), IsOk());
  }
  EXPECT_EQ(Run({"models", "delete", "iris", "wine:a,wine:a1", "-y"}), kExitOk);
  EXPECT_EQ(out(),
            "Model(tag=\"iris:v1\") deleted\nModel(tag=\"iris:v2\") deleted\n"
            "Model(tag=\"wine:a1\") deleted\n");
  Run({"models", "list", "-o", "path"});
  EXPECT_THAT(out(), HasSubstr("wine/b1"));
  EXPECT_THAT(out(), HasSubstr("tea/v1"));
}

TEST_F(ModelsTest, OneUnknownTagDeletesNothing) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_EQ(Run({"models", "delete", "iris", "wine", "--yes"}), kExitNotFound);
  EXPECT_THAT(store_.Get("iris"), IsOk());
}

TEST_F(ModelsTest, DeleteAsksOnATerminal) {
  ASSERT_THAT(Save("iris:v1", 1), IsOk());
  ASSERT_THAT(Save("iris:v2"), IsOk());
  Type("n\ny\n");
  EXPECT_EQ(Run({"models", "delete", "iris"}), kExitOk);
  EXPECT_EQ(err(), "delete model iris:v1? [y/N] delete model iris:v2? [y/N] ");
  EXPECT_EQ(out(), "Model(tag=\"iris:v2\") deleted\n");
  EXPECT_EQ(store_.Get("iris")->tag.version, "v1");
}

TEST_F(ModelsTest, DeleteDoesNothingWhereNobodyCanBeAsked) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_EQ(Run({"models", "delete", "iris"}), kExitFailed);
  EXPECT_THAT(err(), HasSubstr("hint: give --yes"));
  EXPECT_THAT(store_.Get("iris"), IsOk());
}

TEST_F(ModelsTest, ATerminalGetsNoCommandsOutOfAFile) {
  store::ModelInfo info = Info("iris:v1");
  info.module =
      "evil\x1b[2J\xc2\x9b"
      "1m";
  ASSERT_THAT(Save(info), IsOk());
  Run({"models", "list"});
  EXPECT_THAT(out(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(out(), HasSubstr("evil?[2J?1m"));
}

TEST(HumanSizeTest, HasTwoDigitsAndBinaryUnits) {
  EXPECT_EQ(HumanSize(0), "0.00 B");
  EXPECT_EQ(HumanSize(1023), "1023.00 B");
  EXPECT_EQ(HumanSize(47739), "46.62 KiB");
  EXPECT_EQ(HumanSize(uint64_t{5} << 30), "5.00 GiB");
}

}  // namespace
}  // namespace ekiben::cli
