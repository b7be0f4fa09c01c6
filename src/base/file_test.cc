// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <unistd.h>

#include <cerrno>

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben {
namespace {

using testing::HasSubstr;

std::filesystem::path Fresh(const std::string& name) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + name);
  std::filesystem::remove_all(path);
  return path;
}

TEST(FileTest, WhatIsWrittenIsRead) {
  const auto path = Fresh("written");
  ASSERT_THAT(WriteNewFile(path, "rows"), IsOk());
  EXPECT_EQ(ReadFile(path, 100).value(), "rows");
}

TEST(FileTest, AnExistingFileIsNeverOverwritten) {
  const auto path = Fresh("kept");
  ASSERT_THAT(WriteNewFile(path, "first"), IsOk());
  EXPECT_THAT(WriteNewFile(path, "second"), HasCode(Code::kFailedPrecondition));
  EXPECT_EQ(ReadFile(path, 100).value(), "first");
}

TEST(FileTest, AMissingFileIsNotFoundAndNamed) {
  const auto path = Fresh("absent");
  EXPECT_THAT(ReadFile(path, 100), HasCode(Code::kNotFound));
  EXPECT_THAT(ReadFile(path, 100), HasMessage(HasSubstr("absent")));
}

TEST(FileTest, AFileAboveTheLimitIsRefused) {
  const auto path = Fresh("large");
  ASSERT_THAT(WriteNewFile(path, "12345"), IsOk());
  EXPECT_THAT(ReadFile(path, 4), HasCode(Code::kInvalidArgument));
}

TEST(FileTest, WhoHasNoDiskLeftHearsWhatToDo) {
  const Status full = FileError("cannot write", "/store/model.onnx", ENOSPC);
  EXPECT_EQ(full.message(), "cannot write '/store/model.onnx': No space left on device");
  EXPECT_THAT(full.hint(), HasSubstr("make room"));
  EXPECT_THAT(FileError("cannot write", "a", EDQUOT).hint(), HasSubstr("make room"));
  EXPECT_EQ(FileError("cannot write", "a", EIO).hint(), "");
}

TEST(FileTest, AFolderIsNotReadAsAFile) {
  EXPECT_THAT(ReadFile(testing::TempDir(), 100), HasCode(Code::kFailedPrecondition));
}

}  // namespace
}  // namespace ekiben
