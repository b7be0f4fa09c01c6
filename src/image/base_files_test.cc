// SPDX-License-Identifier: Apache-2.0
#include "image/base_files.h"

#include <gtest/gtest.h>

namespace ekiben::image {
namespace {

TEST(BaseFilesTest, FilesAreKnownByPathAndByName) {
  BaseFiles files;
  files.Add("./", true);
  files.Add("./usr/local/bin/", true);
  files.Add("./usr/local/bin/python3.11", false);
  files.Add("/lib/libc.so.6", false);
  files.EndLayer();
  EXPECT_TRUE(files.Has("usr/local/bin/python3.11"));
  EXPECT_TRUE(files.Has("lib/libc.so.6"));
  EXPECT_TRUE(files.HasName("libc.so.6"));
  EXPECT_FALSE(files.HasName("bin"));
}

TEST(BaseFilesTest, WhatALayerDeletesIsGoneFromThoseBelowOnly) {
  BaseFiles files;
  files.Add("usr/bin/sh", false);
  files.Add("usr/lib/a.so", false);
  files.Add("opt/x/y", false);
  files.Add("opt/xy", false);
  files.EndLayer();
  files.Add("usr/lib/b.so", false);
  files.Add("usr/lib/.wh..wh..opq", false);
  files.Add("usr/bin/.wh.sh", false);
  files.Add("opt/.wh.x", false);
  files.EndLayer();
  EXPECT_FALSE(files.Has("usr/bin/sh"));
  EXPECT_FALSE(files.HasName("sh"));
  EXPECT_FALSE(files.Has("usr/lib/a.so"));
  EXPECT_TRUE(files.Has("usr/lib/b.so"));
  EXPECT_FALSE(files.Has("opt/x/y"));
  EXPECT_TRUE(files.Has("opt/xy"));
}

TEST(BaseFilesTest, ANameThatLiesTwiceIsThereUntilBothAreGone) {
  BaseFiles files;
  files.Add("lib/z.so", false);
  files.Add("usr/lib/z.so", false);
  files.EndLayer();
  files.Add("lib/z.so", false);
  files.EndLayer();
  files.Add("lib/.wh.z.so", false);
  files.EndLayer();
  EXPECT_TRUE(files.HasName("z.so"));
  files.Add("usr/lib/.wh.z.so", false);
  files.EndLayer();
  EXPECT_FALSE(files.HasName("z.so"));
}

}  // namespace
}  // namespace ekiben::image
