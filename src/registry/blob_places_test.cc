// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_places.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "registry/registry_testing.h"

namespace ekiben::registry {
namespace {

class BlobPlacesTest : public FolderTest {
 protected:
  static Reference Named(const std::string& name) { return *Reference::Parse(name); }

  const std::filesystem::path file_ = folder_ / "cache" / "pushed";
};

TEST_F(BlobPlacesTest, TellTheNextProcessWhereABlobIs) {
  BlobPlaces(file_).Add(Named("localhost:5000/team/iris"), "sha256:aa");
  BlobPlaces later(file_);
  EXPECT_EQ(later.Other(Named("localhost:5000/team/other"), "sha256:aa"), "team/iris");
  EXPECT_EQ(later.Other(Named("localhost:5000/team/other"), "sha256:bb"), "");
}

TEST_F(BlobPlacesTest, NeitherTheRepositoryItselfNorAnotherRegistryIsAnotherPlace) {
  BlobPlaces places(file_);
  places.Add(Named("localhost:5000/team/iris"), "sha256:aa");
  EXPECT_EQ(places.Other(Named("localhost:5000/team/iris"), "sha256:aa"), "");
  EXPECT_EQ(places.Other(Named("localhost:5001/team/other"), "sha256:aa"), "");
}

TEST_F(BlobPlacesTest, TheOneSeenLastCounts) {
  BlobPlaces places(file_);
  places.Add(Named("localhost:5000/first"), "sha256:aa");
  places.Add(Named("localhost:5000/second"), "sha256:aa");
  EXPECT_EQ(places.Other(Named("localhost:5000/third"), "sha256:aa"), "second");
}

TEST_F(BlobPlacesTest, AreWrittenOnceEach) {
  for (int i = 0; i < 3; ++i) {
    BlobPlaces(file_).Add(Named("localhost:5000/team/iris"), "sha256:aa");
  }
  EXPECT_EQ(*ReadFile(file_, 1 << 20), "sha256:aa localhost:5000/team/iris\n");
}

TEST_F(BlobPlacesTest, TheOldestAreForgottenWhereThereAreTooMany) {
  std::string lines;
  for (int i = 0; i < 5000; ++i) lines += fmt::format("sha256:{} localhost:5000/iris\n", i);
  std::filesystem::create_directories(file_.parent_path());
  ASSERT_TRUE(WriteNewFile(file_, lines).ok());
  BlobPlaces places(file_);
  EXPECT_EQ(places.Other(Named("localhost:5000/other"), "sha256:0"), "");
  EXPECT_EQ(places.Other(Named("localhost:5000/other"), "sha256:4999"), "iris");
  const std::string kept = *ReadFile(file_, 1 << 20);
  EXPECT_EQ(std::ranges::count(kept, '\n'), 2000);
}

TEST_F(BlobPlacesTest, WhatCannotBeReadOrWrittenIsNoHindrance) {
  BlobPlaces places("/dev/null/pushed");
  places.Add(Named("localhost:5000/team/iris"), "sha256:aa");
  EXPECT_EQ(places.Other(Named("localhost:5000/other"), "sha256:aa"), "team/iris");
}

}  // namespace
}  // namespace ekiben::registry
