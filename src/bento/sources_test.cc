// SPDX-License-Identifier: Apache-2.0
#include "bento/sources.h"

#include "base/status_matchers.h"
#include "bento/bento_testing.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class SourcesTest : public FolderTest {
 protected:
  std::vector<std::string> Paths(const std::vector<std::string>& include = {"*"},
                                 const std::vector<std::string>& exclude = {}) const {
    std::vector<std::string> paths;
    const auto sources = CollectSources(folder_, include, exclude);
    if (!sources) return {sources.error().message()};
    for (const SourceFile& file : sources->files) paths.push_back(file.path);
    return paths;
  }
};

TEST_F(SourcesTest, IncludeMinusExcludeSorted) {
  for (const char* const path : {"service.py", "a/b.py", "a/data.csv", "tests/t.py"}) Write(path);
  EXPECT_THAT(Paths({"*.py"}, {"tests/"}), ElementsAre("a/b.py", "service.py"));
}

TEST_F(SourcesTest, ABentoignoreIsForTheFolderThatItIsIn) {
  for (const char* const path : {"a.txt", "deep/a.txt", "deep/b.txt", "deep/er/a.txt"}) Write(path);
  Write("deep/.bentoignore", "/a.txt\n# a note\n");
  EXPECT_THAT(Paths({"*.txt"}), ElementsAre("a.txt", "deep/b.txt", "deep/er/a.txt"));
  Write(".bentoignore", "er/\n");
  EXPECT_THAT(Paths({"*.txt"}), ElementsAre("a.txt", "deep/b.txt"));
}

TEST_F(SourcesTest, WhatGitPythonAndEnvironmentsKeepIsNoSource) {
  for (const char* const path : {".git/config", "a/.git/HEAD", "__pycache__/s.cpython-311.pyc",
                                 "s.pyc", "venv/pyvenv.cfg", "venv/lib/x.py", "s.py"}) {
    Write(path);
  }
  EXPECT_THAT(Paths(), ElementsAre("s.py"));
}

TEST_F(SourcesTest, LinksWithinTheFolderAreFollowedOnce) {
  Write("real/a.py");
  fs::create_symlink("real/a.py", folder_ / "b.py");
  fs::create_directory_symlink("real", folder_ / "again");
  fs::create_directory_symlink("..", folder_ / "real" / "up");
  EXPECT_THAT(Paths({"*.py"}), ElementsAre("again/a.py", "b.py", "real/a.py"));
}

TEST_F(SourcesTest, LinksThatLeaveTheFolderAreRefusedWhereWhatTheyMeanWouldBePacked) {
  Write("elsewhere/a.txt");
  Write("here/service.py");
  folder_ /= "here";
  fs::create_directory_symlink("../elsewhere", folder_ / "out");
  EXPECT_THAT(Paths({"*.py"}), ElementsAre("service.py"));
  EXPECT_THAT(Paths({"*"}), ElementsAre(HasSubstr("'out' is a link that leads out of")));
  fs::create_symlink("/etc/hostname", folder_ / "host.py");
  EXPECT_THAT(Paths({"*.py"}), ElementsAre(HasSubstr("'host.py' is a link that leads out of")));
  EXPECT_THAT(Paths({"*.py"}, {"host.py"}), ElementsAre("service.py"));
}

TEST_F(SourcesTest, ALinkToNothingSaysWhatItNames) {
  Write("service.py");
  fs::create_symlink("gone.csv", folder_ / "data.csv");
  EXPECT_THAT(Paths(), ElementsAre("'data.csv' is a link to 'gone.csv', which is not there"));
  EXPECT_THAT(Paths({"*.py"}), ElementsAre("service.py"));
}

TEST_F(SourcesTest, WhatNobodyCouldImportIsNotPacked) {
  Write("service.py");
  Write("Read.txt");
  Write("read.txt");
  EXPECT_THAT(Paths(), ElementsAre(HasSubstr("is there twice, in other letters")));
  EXPECT_THAT(Paths({"*"}, {"/Read.txt"}), ElementsAre("read.txt", "service.py"));
  Write("back\\slash");
  EXPECT_THAT(Paths({"*"}, {"/Read.txt"}),
              ElementsAre(HasSubstr("'back\\slash' has a name that other systems read otherwise")));
}

TEST_F(SourcesTest, AFileThatIsNotThereIsOneClearMessage) {
  Write("service.py");
  Write("other.py");
  const auto sources = CollectSources(folder_, {"service.py", "othr.py"}, {});
  EXPECT_THAT(sources, HasCode(Code::kNotFound));
  EXPECT_EQ(sources.error().message(),
            "include: 'othr.py' matches no file in '" + folder_.string() + "'");
  EXPECT_EQ(CollectSources(folder_, {"*.py", "none.py"}, {}).error().hint(), "");
  EXPECT_THAT(CollectSources(folder_, {"./service.py", "*.py"}, {}).error().hint(),
              HasSubstr("write '/service.py'"));
  EXPECT_THAT(CollectSources(folder_, {"service.py", "other.py"}, {"other.py"}).error().hint(),
              HasSubstr("exclude"));
}

TEST_F(SourcesTest, APatternThatMatchesNothingIsAWarning) {
  Write("service.py");
  const auto sources = CollectSources(folder_, {"*.py", "*.json"}, {});
  ASSERT_THAT(sources, IsOk());
  EXPECT_THAT(sources->warnings, ElementsAre("include: '*.json' matches no file"));
}

TEST_F(SourcesTest, WhatAnOptionNamesHasToBeInside) {
  Write("r.txt");
  EXPECT_THAT(ResolveInside(folder_, "./r.txt", "key"), IsOk());
  EXPECT_THAT(ResolveInside(folder_, "/etc/hostname", "key"), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(ResolveInside(folder_, "none", "key"), HasMessage(HasSubstr("key: there is no")));
}

}  // namespace
}  // namespace ekiben::bento
