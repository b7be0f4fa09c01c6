// SPDX-License-Identifier: Apache-2.0
#include "bento/uv.h"

#include <cstdlib>

#include <gmock/gmock.h>

#include "bento/bento_testing.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Optional;

class UvTest : public FolderTest {
 protected:
  UvTest() : before_(std::getenv("PATH")) { SetPath(folder_ / "path"); }
  void TearDown() override { setenv("PATH", before_.c_str(), 1); }

  static void SetPath(const fs::path& path) { setenv("PATH", path.c_str(), 1); }

  // A program that ends as it is told.
  std::string Program(const std::string& name, int code = 0) const {
    const fs::path file = Write(name, "#!/bin/sh\nexit " + std::to_string(code) + "\n");
    fs::permissions(file, fs::perms(0755));
    return file.string();
  }

  const std::string before_;
};

TEST_F(UvTest, TheOneInPathGoesBeforeThatOfTheInterpreter) {
  const std::string in_path = Program("path/uv"), python = Program("bin/python");
  const std::string beside = Program("bin/uv");
  EXPECT_THAT(FindUv(python), Optional(ElementsAre(in_path)));
  fs::remove(in_path);
  EXPECT_THAT(FindUv(python), Optional(ElementsAre(beside)));
}

TEST_F(UvTest, APathThatIsRelativeIsNotWhenItIsRunElsewhere) {
  Program("path/uv");
  const fs::path at = fs::current_path();
  fs::current_path(folder_);
  SetPath("path");
  const auto found = FindUv("");
  fs::current_path(at);
  EXPECT_THAT(found, Optional(ElementsAre((folder_ / "path/uv").string())));
}

TEST_F(UvTest, TheModuleOfAnInterpreterIsOneWhereThereIsNoProgram) {
  const std::string has = Program("bin/python"), has_not = Program("other/python", 1);
  Write("bin/uv", "no program");
  EXPECT_THAT(FindUv(has), Optional(ElementsAre(has, "-m", "uv")));
  EXPECT_EQ(FindUv(has_not), std::nullopt);
}

TEST_F(UvTest, WithoutAnInterpreterThereIsOnlyThatInPath) { EXPECT_EQ(FindUv(""), std::nullopt); }

TEST_F(UvTest, AnInterpreterThatIsNotThereHasNone) {
  EXPECT_EQ(FindUv((folder_ / "gone/python").string()), std::nullopt);
}

}  // namespace
}  // namespace ekiben::bento
