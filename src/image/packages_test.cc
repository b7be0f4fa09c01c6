// SPDX-License-Identifier: Apache-2.0
#include "image/packages.h"

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

TEST(PackagesTest, WithoutDpkgNothingIsKnown) {
  const TestFolder folder;
  EXPECT_THAT(PackagesOf({"/lib/y"}, folder.path()), testing::IsEmpty());
}

}  // namespace
}  // namespace ekiben::image
