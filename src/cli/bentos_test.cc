// SPDX-License-Identifier: Apache-2.0
#include "cli/bentos.h"

#include "base/status_matchers.h"
#include "cli/cli_testing.h"
#include "cli/report.h"

namespace ekiben::cli {
namespace {

using testing::HasSubstr;

class BentosTest : public CliTest {
 protected:
  std::string BentoPath(const std::string& name) const {
    return (store_.home() / "bentos" / name).string();
  }
};

TEST_F(BentosTest, TheTableHasBentomlsColumnsAndTheNewestFirst) {
  ASSERT_THAT(Save("line:v1"), IsOk());
  ASSERT_THAT(Build("iris_classifier:old", 24, "models: [{tag: \"line:v1\"}]\n"), IsOk());
  ASSERT_THAT(Build("wine:v1"), IsOk());
  EXPECT_EQ(Run({"list"}), kExitOk);
  EXPECT_EQ(out(),
            "Tag                  Size      Model Size  Creation Time        Path\n"
            "wine:v1              102.00 B  0.00 B      2026-11-22 14:03:08  " +
                BentoPath("wine/v1") +
                "\n"
                "iris_classifier:old  141.00 B  266.00 B    2026-11-21 14:03:08  " +
                BentoPath("iris_classifier/old") + "\n");
}

TEST_F(BentosTest, JsonHasBentomlsKeysAndMore) {
  ASSERT_THAT(Build("iris:v1", 0, "labels: {owner: me}\n"), IsOk());
  EXPECT_EQ(Run({"list", "iris", "-o", "json"}), kExitOk);
  EXPECT_THAT(out(), HasSubstr("\"tag\": \"iris:v1\",\n    \"size\": \"122.00 B\",\n"
                               "    \"model_size\": \"0.00 B\",\n"
                               "    \"creation_time\": \"2026-11-22 14:03:08\",\n"));
  EXPECT_THAT(out(), HasSubstr("\"owner\": \"me\""));
  EXPECT_EQ(Run({"list", "-o", "path"}), kExitOk);
  EXPECT_EQ(out(), BentoPath("iris/v1") + "\n");
}

TEST_F(BentosTest, AnEmptyStoreSaysSoToPeopleOnly) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  EXPECT_EQ(Run({"list"}), kExitOk);
  EXPECT_THAT(err(), HasSubstr("note: there are no bentos in '"));
  EXPECT_EQ(Run({"list", "-o", "json"}), kExitOk);
  EXPECT_EQ(out(), "[]\n");
}

TEST_F(BentosTest, GetPrintsBentoYamlAsItIs) {
  ASSERT_THAT(Build("iris:v1"), IsOk());
  EXPECT_EQ(Run({"get", "iris"}), kExitOk);
  EXPECT_EQ(out(), BentoText("iris:v1"));
  Run({"get", "iris:v", "-o", "path"});
  EXPECT_EQ(out(), BentoPath("iris/v1") + "\n");
  Run({"get", "iris", "-o", "json"});
  EXPECT_THAT(out(), HasSubstr("  \"service\": \"service:svc\",\n"));
  EXPECT_EQ(Run({"get", "irsi"}), kExitNotFound);
  EXPECT_THAT(err(), HasSubstr("hint: did you mean 'iris'?"));
}

TEST_F(BentosTest, TheTreeHasFilesWithTheirSizes) {
  ASSERT_THAT(Build("iris:v1"), IsOk());
  EXPECT_EQ(Run({"get", "iris", "-o", "tree"}), kExitOk);
  EXPECT_EQ(out(),
            "iris:v1\n"
            "├── bento.yaml  94.00 B\n"
            "└── src\n"
            "    └── service.py  8.00 B\n");
}

TEST_F(BentosTest, DeleteTakesNamesAndTagsAndLeavesModels) {
  ASSERT_THAT(Save("iris:v1"), IsOk());
  for (const char* tag : {"iris:v1", "iris:v2", "wine:a1"}) ASSERT_THAT(Build(tag), IsOk());
  EXPECT_EQ(Run({"delete", "iris,wine:a", "-y"}), kExitOk);
  EXPECT_EQ(out(),
            "Bento(tag=\"iris:v1\") deleted\nBento(tag=\"iris:v2\") deleted\n"
            "Bento(tag=\"wine:a1\") deleted\n");
  EXPECT_THAT(store_.Get("iris"), IsOk());
}

TEST_F(BentosTest, DeleteAsksOnATerminal) {
  ASSERT_THAT(Build("iris:v1"), IsOk());
  Type("n\n");
  EXPECT_EQ(Run({"delete", "iris"}), kExitOk);
  EXPECT_EQ(err(), "delete bento iris:v1? [y/N] ");
  EXPECT_THAT(bentos_.Get("iris"), IsOk());
}

}  // namespace
}  // namespace ekiben::cli
