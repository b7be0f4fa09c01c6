// SPDX-License-Identifier: Apache-2.0
#include "image/layer_tree.h"

#include <sys/stat.h>

#include <vector>

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Names(const LayerTree& tree) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : tree.entries()) names.push_back(name);
  return names;
}

TEST(LayerTreeTest, FoldersComeByThemselvesAndFirst) {
  LayerTree tree;
  tree.AddText("usr/bin/ekiben", "program", 0755);
  tree.AddLink("usr/bin-old", "bin");
  EXPECT_THAT(Names(tree), ElementsAre("usr", "usr/bin", "usr/bin-old", "usr/bin/ekiben"));
  EXPECT_EQ(tree.entries().at("usr").mode, 0755);
}

TEST(LayerTreeTest, AFolderKeepsTheModeThatItWasGiven) {
  LayerTree tree;
  tree.AddFolder("tmp", 01777);
  tree.AddText("tmp/file", "");
  EXPECT_EQ(tree.entries().at("tmp").mode, 01777);
}

TEST(LayerTreeTest, ATreeKeepsOfModesOnlyWhatRuns) {
  const TestFolder folder;
  chmod(folder.Write("bento/run.sh", "#!").c_str(), 0700);
  chmod(folder.Write("bento/data.bin", "x").c_str(), 0600);
  LayerTree tree;
  ASSERT_THAT(tree.AddTree("b", folder.path() / "bento"), IsOk());
  EXPECT_EQ(tree.entries().at("b/run.sh").mode, 0755);
  EXPECT_EQ(tree.entries().at("b/data.bin").mode, 0644);
}

TEST(LayerTreeTest, WhatIsLeftOutIsNotLookedInto) {
  const TestFolder folder;
  folder.Write("models/iris/v1/.wh.bad", "x");
  folder.Write("models/iris/latest", "v1");
  LayerTree tree;
  ASSERT_THAT(tree.AddTree("b", folder.path(),
                           [](const fs::path& path) { return path == "models/iris/v1"; }),
              IsOk());
  EXPECT_THAT(Names(tree), ElementsAre("b", "b/models", "b/models/iris", "b/models/iris/latest"));
}

TEST(LayerTreeTest, LinksMayNotLeaveTheFolder) {
  const TestFolder folder;
  folder.Write("bento/a/file", "x");
  fs::create_symlink("../a/file", folder.path() / "bento/a/inside");
  LayerTree tree;
  ASSERT_THAT(tree.AddTree("b", folder.path() / "bento"), IsOk());
  EXPECT_EQ(tree.entries().at("b/a/inside").text, "../a/file");

  for (const char* const target : {"../../secret", "/etc/passwd"}) {
    fs::remove(folder.path() / "bento/out");
    fs::create_symlink(target, folder.path() / "bento/out");
    EXPECT_THAT(tree.AddTree("b", folder.path() / "bento"),
                AllOf(HasCode(Code::kInvalidArgument), HasMessage(HasSubstr("leaves its folder"))));
  }
}

TEST(LayerTreeTest, NamesThatDeleteAndPipesAreRefused) {
  const TestFolder folder;
  folder.Write("one/.wh.passwd", "");
  LayerTree tree;
  EXPECT_THAT(tree.AddTree("b", folder.path() / "one"), HasMessage(HasSubstr("'.wh.' deletes")));
  fs::create_directories(folder.path() / "two");
  mkfifo((folder.path() / "two/pipe").c_str(), 0600);
  EXPECT_THAT(tree.AddTree("b", folder.path() / "two"), HasMessage(HasSubstr("neither a file")));
  EXPECT_THAT(tree.AddTree("b", folder.path() / "none"), HasCode(Code::kNotFound));
}

}  // namespace
}  // namespace ekiben::image
