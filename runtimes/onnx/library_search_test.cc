// SPDX-License-Identifier: Apache-2.0
#include "onnx/library_search.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

namespace ekiben::onnx {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kCapi = "onnxruntime/capi";

// A folder of its own for each test.
class LibrarySearchTest : public testing::Test {
 protected:
  LibrarySearchTest() {
    root_ = fs::path(testing::TempDir()) /
            (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
             std::to_string(getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
    root_ = fs::canonical(root_);
  }
  ~LibrarySearchTest() override { fs::remove_all(root_); }

  fs::path Make(const fs::path& path) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << "library";
    return root_ / path;
  }

  fs::path root_;
};

TEST_F(LibrarySearchTest, TheOptionComesBeforeTheEnvironment) {
  const LibraryCandidates found = FindLibraries({.option = "/a.so", .environment = "/b.so"});
  EXPECT_THAT(found.files, ElementsAre("/a.so"));
  EXPECT_EQ(found.named_by, "the option 'library'");
}

TEST_F(LibrarySearchTest, WhatTheEnvironmentNamesIsNotPassedOver) {
  Make(fs::path("venv/lib/python3.11/site-packages") / kCapi / "libonnxruntime.so.1.32.0");
  const LibraryCandidates found =
      FindLibraries({.environment = "/missing.so", .virtual_env = (root_ / "venv").string()});
  EXPECT_THAT(found.files, ElementsAre("/missing.so"));
  EXPECT_EQ(found.named_by, "EKIBEN_ONNXRUNTIME");
}

TEST_F(LibrarySearchTest, AFolderIsSearchedForItsNewestLibrary) {
  const fs::path older = Make("libonnxruntime.so.1.9.0");
  const fs::path newer = Make("libonnxruntime.so.1.32.0");
  Make("libonnxruntime_providers_shared.so");
  Make("libonnxruntime.so_backup");
  fs::create_symlink("libonnxruntime.so.1.32.0", root_ / "libonnxruntime.so.1");
  const LibraryCandidates found = FindLibraries({.environment = root_.string()});
  EXPECT_THAT(found.files, ElementsAre(newer, older));
}

TEST_F(LibrarySearchTest, ThePythonThatThePluginIsInstalledInComesFirst) {
  const fs::path venv =
      Make(fs::path("venv/lib/python3.12/site-packages") / kCapi / "libonnxruntime.so.1.32.0");
  const fs::path older =
      Make(fs::path("usr/lib/python3.9/site-packages") / kCapi / "libonnxruntime.so.1.17.0");
  const fs::path newer =
      Make(fs::path("usr/lib/python3.11/site-packages") / kCapi / "libonnxruntime.so.1.20.1");
  const LibraryCandidates found =
      FindLibraries({.plugin = root_ / "usr/lib/ekiben/runtimes/onnx.so",
                     .virtual_env = (root_ / "venv").string()});
  EXPECT_THAT(found.files, ElementsAre(newer, older, venv));
  EXPECT_EQ(found.named_by, "");
}

TEST_F(LibrarySearchTest, DebiansFoldersAreKnown) {
  const fs::path packaged =
      Make(fs::path("usr/lib/python3/dist-packages") / kCapi / "libonnxruntime.so.1.18.0");
  const fs::path by_pip =
      Make(fs::path("usr/local/lib/python3.11/dist-packages") / kCapi / "libonnxruntime.so.1.32.0");
  const LibraryCandidates found =
      FindLibraries({.plugin = root_ / "usr/lib/ekiben/runtimes/onnx.so"});
  EXPECT_THAT(found.files, ElementsAre(by_pip, packaged));
}

TEST_F(LibrarySearchTest, WhereNothingIsThePlacesAreNamed) {
  const LibraryCandidates found =
      FindLibraries({.plugin = root_ / "lib/ekiben/runtimes/onnx.so", .virtual_env = "/venv"});
  EXPECT_THAT(found.files, IsEmpty());
  EXPECT_THAT(
      found.looked_in,
      testing::Contains((root_ / "lib/python3*/{site,dist}-packages/onnxruntime/capi").string()));
  EXPECT_THAT(found.looked_in,
              testing::Contains("/venv/lib/python3*/{site,dist}-packages/onnxruntime/capi"));
}

}  // namespace
}  // namespace ekiben::onnx
