// SPDX-License-Identifier: Apache-2.0
#include "image/layer_cache.h"

#include <sys/stat.h>

#include <chrono>

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

LayerTree TreeOf(const fs::path& file) {
  LayerTree tree;
  tree.AddFile("file", file);
  return tree;
}

// As if nothing was known of any file.
std::string KeyOf(const LayerTree& tree, const LayerOptions& options) {
  FileHashes hashes("/dev/null/files");
  return LayerKey(tree, options, hashes).value();
}

TEST(LayerCacheTest, TheSameTreeIsWrittenOnce) {
  const TestFolder folder;
  const LayerCache cache(folder.path() / "cache");
  const LayerTree tree = TreeOf(folder.Write("in", "bytes"));
  const auto first = cache.Get(tree, {}), second = cache.Get(tree, {});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_FALSE(first->cached);
  EXPECT_TRUE(second->cached);
  EXPECT_EQ(second->blob.digest, first->blob.digest);
  EXPECT_EQ(second->blob.diff_id, first->blob.diff_id);
  EXPECT_EQ(fs::file_size(second->file), second->blob.size);
}

TEST(LayerCacheTest, BytesDecideAndTimesDoNot) {
  const TestFolder folder;
  const LayerTree tree = TreeOf(folder.Write("in", "bytes"));
  const std::string key = KeyOf(tree, {});
  fs::last_write_time(folder.path() / "in", fs::file_time_type{});
  EXPECT_EQ(KeyOf(tree, {}), key);
  folder.Write("in", "bytez");
  EXPECT_NE(KeyOf(tree, {}), key);
}

TEST(LayerCacheTest, WhatEndsUpInTheLayerIsInTheKey) {
  LayerTree plain, run, owned, link;
  plain.AddText("a", "x");
  run.AddText("a", "x", 0755);
  owned.AddFolder("a", 0755, 65532);
  link.AddLink("a", "x");
  const std::string key = KeyOf(plain, {});
  for (const LayerTree& other : {run, owned, link}) EXPECT_NE(KeyOf(other, {}), key);
  EXPECT_NE(KeyOf(plain, {.time = 1}), key);
  EXPECT_NE(KeyOf(plain, {.level = 1}), key);
}

TEST(LayerCacheTest, ALostOrCutBlobIsWrittenAgain) {
  const TestFolder folder;
  const LayerCache cache(folder.path() / "cache");
  const LayerTree tree = TreeOf(folder.Write("in", "bytes"));
  const Layer layer = *cache.Get(tree, {});
  fs::resize_file(layer.file, 3);
  const auto again = cache.Get(tree, {});
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(fs::file_size(again->file), layer.blob.size);
  fs::remove(layer.file);
  EXPECT_FALSE(cache.Get(tree, {})->cached);
}

TEST(LayerCacheTest, AFailureLeavesNoFile) {
  const TestFolder folder;
  const LayerCache cache(folder.path() / "cache");
  EXPECT_THAT(cache.Get(TreeOf(folder.path() / "none"), {}), HasCode(Code::kNotFound));
  EXPECT_FALSE(fs::exists(folder.path() / "cache/blobs"));
}

TEST(LayerCacheTest, OnlyWhatNobodyNeededForAMonthIsSwept) {
  const TestFolder folder;
  const LayerCache cache(folder.path() / "cache");
  LayerTree old, fresh;
  old.AddText("a", "old");
  fresh.AddText("a", "fresh");
  const fs::path kept = cache.Get(fresh, {})->file, gone = cache.Get(old, {})->file;
  const auto then = fs::file_time_type::clock::now() - std::chrono::days(31);
  fs::last_write_time(gone, then);
  fs::last_write_time(kept, then);
  EXPECT_TRUE(cache.Get(fresh, {})->cached);
  cache.Sweep();
  EXPECT_TRUE(fs::exists(kept));
  EXPECT_FALSE(fs::exists(gone));
  EXPECT_FALSE(cache.Get(old, {})->cached);
}

}  // namespace
}  // namespace ekiben::image
