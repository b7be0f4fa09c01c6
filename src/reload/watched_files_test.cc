// SPDX-License-Identifier: Apache-2.0
#include "reload/watched_files.h"

#include <gtest/gtest.h>

namespace ekiben::reload {
namespace {

TEST(WatchedFilesTest, WithoutABentofileCodeAndConfigurationCount) {
  const WatchedFiles files;
  for (const char* const path : {"service.py", "pkg/a.py", "a.yaml", "a.yml", "a.json", "a.toml"}) {
    EXPECT_TRUE(files.Counts(path)) << path;
  }
  for (const char* const path : {"data.csv", "model.onnx", "notes", "a.png"}) {
    EXPECT_FALSE(files.Counts(path)) << path;
  }
}

TEST(WatchedFilesTest, WithABentofileWhatItPacksCounts) {
  const WatchedFiles files({{.include = {"*.py", "labels.csv"}, .exclude = {"tests/"}}});
  EXPECT_TRUE(files.Counts("service.py"));
  EXPECT_TRUE(files.Counts("labels.csv"));
  EXPECT_FALSE(files.Counts("settings.json"));
  EXPECT_FALSE(files.Counts("tests/test_service.py"));
}

TEST(WatchedFilesTest, TheBentofileCountsWhateverItPacks) {
  const WatchedFiles files({{.include = {"service.py"}, .exclude = {"*.yaml"}}});
  EXPECT_TRUE(files.Counts("bentofile.yaml"));
  EXPECT_TRUE(files.Counts("pyproject.toml"));
  EXPECT_FALSE(files.Counts("pkg/bentofile.yaml"));
}

TEST(WatchedFilesTest, WhatEditorsLeaveNeverCounts) {
  const WatchedFiles files({{.include = {"*"}, .exclude = {}}});
  for (const char* const path :
       {"service.py~", "#service.py#", ".#service.py", ".service.py.swp", ".service.py.swx", "4913",
        "service.py___jb_tmp___", "service.py___jb_old___", ".goutputstream-AB12", "a.tmp",
        "service.pyc", "server.log"}) {
    EXPECT_FALSE(files.Counts(path)) << path;
  }
  EXPECT_TRUE(files.Counts("service.py"));
  EXPECT_TRUE(files.Counts(".env"));
}

TEST(WatchedFilesTest, FoldersOfToolsAreNotEntered) {
  const WatchedFiles files({{.include = {"*"}, .exclude = {}}});
  for (const char* const path :
       {"__pycache__/a.py", ".git/index", "pkg/__pycache__/a.py", ".venv/lib/a.py", "venv/a.py",
        "node_modules/a.json", "lib/python3/site-packages/a.py", "x.egg-info/a.json"}) {
    EXPECT_FALSE(files.Counts(path)) << path;
  }
  EXPECT_FALSE(WatchedFiles::Enters("pkg/__pycache__"));
  EXPECT_TRUE(WatchedFiles::Enters("pkg"));
}

TEST(WatchedFilesTest, AFolderThatHasGoneCountsUnlessItIsATools) {
  EXPECT_TRUE(WatchedFiles().Counts("pkg/"));
  EXPECT_FALSE(WatchedFiles().Counts("pkg/__pycache__/"));
}

}  // namespace
}  // namespace ekiben::reload
