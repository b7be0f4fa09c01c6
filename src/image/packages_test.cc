// SPDX-License-Identifier: Apache-2.0
#include "image/packages.h"

#include <filesystem>

#include <gmock/gmock.h>

#include "image/image_testing.h"

namespace ekiben::image {
namespace {

constexpr const char* kStatus =
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9\n"
    "Description: the C library\n Version: not this one\n\nPackage: other\nVersion: 1\n";

TEST(PackagesTest, AFileIsItsPackagesUnderEitherOfItsNames) {
  const TestFolder folder;
  folder.Write("status", kStatus);
  folder.Write("info/libc6:amd64.list", "/.\n/lib\n/lib/x/libnone.so.6\n");
  const auto found = PackagesOf({"/usr/lib/x/libnone.so.6", "/lib/y"}, folder.path());
  ASSERT_EQ(found.size(), 1);
  const Package& package = found.at("/usr/lib/x/libnone.so.6");
  EXPECT_EQ(package.name, "libc6");
  EXPECT_EQ(package.version, "2.36-9");
  EXPECT_EQ(package.architecture, "amd64");
  EXPECT_THAT(package.about, testing::EndsWith("the C library\n Version: not this one\n"));
}

TEST(PackagesTest, AFileIsFoundByWhatItsLinkLeadsTo) {
  const TestFolder folder;
  const auto real = std::filesystem::canonical(folder.Write("root/libx.so.6.1", "x"));
  const auto link = real.parent_path() / "libx.so.6";
  std::filesystem::create_symlink("libx.so.6.1", link);
  folder.Write("status", kStatus);
  folder.Write("info/other.list", real.string() + "\n");
  const auto found = PackagesOf({link}, folder.path());
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found.at(link).name, "other");
}

TEST(PackagesTest, OnlyWholeLinesOfListsCount) {
  const TestFolder folder;
  folder.Write("status", kStatus);
  folder.Write("info/other.list", "/opt/liba.so.1\n/opt/lib\n");
  folder.Write("info/other.md5sums", "/opt/liba.so\n");
  EXPECT_THAT(PackagesOf({"/opt/liba.so", "/opt"}, folder.path()), testing::IsEmpty());
  EXPECT_THAT(PackagesOf({"/opt/liba.so.1"}, folder.path()), testing::SizeIs(1));
}

TEST(PackagesTest, APackageThatTheStatusDoesNotHaveIsNone) {
  const TestFolder folder;
  folder.Write("status", kStatus);
  folder.Write("info/removed.list", "/opt/libb.so\n");
  EXPECT_THAT(PackagesOf({"/opt/libb.so"}, folder.path()), testing::IsEmpty());
}

TEST(PackagesTest, TheLastParagraphNeedsNoEmptyLineBehindIt) {
  const TestFolder folder;
  folder.Write("status", "Package: first\nVersion: 2\n\nPackage: other\nVersion: 1");
  folder.Write("info/other.list", "/opt/libc.so\n");
  const auto found = PackagesOf({"/opt/libc.so"}, folder.path());
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found.begin()->second.version, "1");
  EXPECT_EQ(found.begin()->second.architecture, "");
}

TEST(PackagesTest, WithoutDpkgNothingIsKnown) {
  const TestFolder folder;
  EXPECT_THAT(PackagesOf({"/lib/y"}, folder.path()), testing::IsEmpty());
}

}  // namespace
}  // namespace ekiben::image
