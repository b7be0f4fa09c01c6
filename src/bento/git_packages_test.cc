// SPDX-License-Identifier: Apache-2.0
#include "bento/git_packages.h"

#include "base/status_matchers.h"
#include "bento/bento_testing.h"

namespace ekiben::bento {
namespace {

TEST(GitPackageTest, ARequirementWithAUrlHasAllItsParts) {
  const auto package = ParseGitPackage(
      "tiny[more] @ git+https://me:key@host.example/org/tiny@v1.2#subdirectory=python ; "
      "python_version < '3.14'  # why");
  ASSERT_TRUE(package);
  EXPECT_EQ(package->url, "https://me:key@host.example/org/tiny");
  EXPECT_EQ(package->revision, "v1.2");
  EXPECT_EQ(package->subdirectory, "python");
  EXPECT_EQ(package->extras, "[more]");
  EXPECT_EQ(package->marker, "python_version < '3.14'");
}

TEST(GitPackageTest, PipsOlderFormsAreKnown) {
  const auto named = ParseGitPackage("git+ssh://git@host.example/tiny.git#egg=tiny[a,b]");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->url, "ssh://git@host.example/tiny.git");
  EXPECT_EQ(named->revision, "");
  EXPECT_EQ(named->extras, "[a,b]");
  const auto editable = ParseGitPackage("-e git+file:///srv/tiny@main\r");
  ASSERT_TRUE(editable);
  EXPECT_EQ(editable->url, "file:///srv/tiny");
  EXPECT_EQ(editable->revision, "main");
}

TEST(GitPackageTest, OtherLinesAreNone) {
  for (const char* const line :
       {"", "numpy", "# git+https://host/tiny", "numpy  # git+https://host/tiny",
        "tiny @ https://host/tiny.whl", "git+", "git+host", "tiny git+https://host/tiny",
        "--find-links git+https://host/tiny", "tiny @ git+https://host/tiny@-b",
        "tiny @ git+https://host/tiny#subdirectory=../..", "tiny @ git+https://host/a b"}) {
    EXPECT_FALSE(ParseGitPackage(line)) << line;
  }
}

using GitPackagesTest = FolderTest;

TEST_F(GitPackagesTest, RequirementsWithoutRepositoriesAreLeftAsTheyAreAndNeedNoGit) {
  const std::string text = "numpy\n# git+https://host/tiny\npandas\n";
  const auto packed = PackGitPackages(text, {.scratch = folder_ / "scratch"});
  ASSERT_THAT(packed, IsOk());
  EXPECT_EQ(packed->text, text);
  EXPECT_TRUE(packed->wheels.empty());
}

}  // namespace
}  // namespace ekiben::bento
