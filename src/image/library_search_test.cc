// SPDX-License-Identifier: Apache-2.0
#include "image/library_search.h"

#include <set>

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Truly;

std::set<std::string> NamesOf(const LibrarySearch& search) {
  std::set<std::string> names;
  for (const fs::path& file : search.found()) names.insert(file.filename());
  return names;
}

TEST(LibrarySearchTest, FindsWhatThisProgramRunsWith) {
  LibrarySearch search;
  ASSERT_THAT(search.Add("/proc/self/exe"), IsOk());
  EXPECT_THAT(NamesOf(search), Contains("libc.so.6"));
  EXPECT_THAT(NamesOf(search), Contains("libstdc++.so.6"));
  EXPECT_THAT(NamesOf(search), Contains(HasSubstr("ld-linux")));
  EXPECT_THAT(search.found(), Each(Truly([](const fs::path& path) { return fs::exists(path); })));
}

TEST(LibrarySearchTest, TheSystemsFoldersDoWithoutACache) {
  LibrarySearch search("no cache");
  ASSERT_THAT(search.Add("/proc/self/exe"), IsOk());
  EXPECT_THAT(NamesOf(search), Contains("libc.so.6"));
  EXPECT_TRUE(search.OtherFolders().empty());
}

TEST(LibrarySearchTest, AddingTwiceChangesNothing) {
  LibrarySearch search;
  ASSERT_THAT(search.Add("/proc/self/exe"), IsOk());
  const auto first = search.found();
  ASSERT_THAT(search.Add("/proc/self/exe"), IsOk());
  EXPECT_EQ(search.found(), first);
}

TEST(LibrarySearchTest, ADamagedCacheIsReadWithoutHarm) {
  std::string cache = "glibc-ld.so.cache1.1";
  cache += std::string("\xff\xff\xff\x7f", 4) + std::string(40, '\xff');
  LibrarySearch search(cache);
  EXPECT_THAT(search.Add("/proc/self/exe"), IsOk());
}

TEST(LibrarySearchTest, AFileThatIsNoProgramIsRefused) {
  const TestFolder folder;
  LibrarySearch search;
  EXPECT_THAT(search.Add(folder.Write("text", "hello")), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(search.Add(folder.path() / "none"), HasCode(Code::kNotFound));
}

}  // namespace
}  // namespace ekiben::image
