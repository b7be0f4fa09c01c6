// SPDX-License-Identifier: Apache-2.0
#include "registry/upload_note.h"

#include <sys/stat.h>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "registry/registry_testing.h"

namespace ekiben::registry {
namespace {

class UploadNoteTest : public FolderTest {
 protected:
  const http::Url upload_ = *http::Url::Parse("http://localhost:5000/v2/iris/blobs/uploads/1?_s=2");
  const std::filesystem::path file_ = folder_ / "tmp" / "note";
};

TEST_F(UploadNoteTest, TellsTheNextProcessWhereTheUploadIs) {
  {
    UploadNote note = UploadNote::Open(file_);
    EXPECT_FALSE(note.Location().has_value());
    note.Keep(upload_);
  }
  const auto location = UploadNote::Open(file_).Location();
  ASSERT_TRUE(location.has_value());
  EXPECT_EQ(location->ToString(), upload_.ToString());
}

TEST_F(UploadNoteTest, ALaterPlaceReplacesALongerOne) {
  UploadNote note = UploadNote::Open(file_);
  note.Keep(upload_);
  note.Keep(*http::Url::Parse("http://localhost:5000/v2/x"));
  EXPECT_EQ(note.Location()->ToString(), "http://localhost:5000/v2/x");
}

TEST_F(UploadNoteTest, IsHadByOneAtATime) {
  UploadNote first = UploadNote::Open(file_);
  first.Keep(upload_);
  UploadNote second = UploadNote::Open(file_);
  EXPECT_FALSE(second.Location().has_value());
  second.Keep(*http::Url::Parse("http://localhost:5000/v2/x"));
  second.Remove();
  EXPECT_EQ(first.Location()->ToString(), upload_.ToString());
}

TEST_F(UploadNoteTest, IsGoneOnceTheUploadIsAtItsEnd) {
  UploadNote note = UploadNote::Open(file_);
  note.Keep(upload_);
  note.Remove();
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_FALSE(note.Location().has_value());
}

TEST_F(UploadNoteTest, IsReadByItsOwnerOnly) {
  UploadNote::Open(file_).Keep(upload_);
  struct stat about{};
  ASSERT_EQ(stat(file_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
}

TEST_F(UploadNoteTest, WhatIsNoUrlIsNoPlace) {
  std::filesystem::create_directories(file_.parent_path());
  ASSERT_TRUE(WriteNewFile(file_, "what").ok());
  EXPECT_FALSE(UploadNote::Open(file_).Location().has_value());
}

TEST_F(UploadNoteTest, KeepsNothingWhereItCannot) {
  UploadNote note = UploadNote::Open("/dev/null/note");
  note.Keep(upload_);
  EXPECT_FALSE(note.Location().has_value());
  note.Remove();
}

}  // namespace
}  // namespace ekiben::registry
