// SPDX-License-Identifier: Apache-2.0
#include "archive/pack.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>

#include "archive/archive_testing.h"
#include "archive/unpack.h"
#include "base/status_matchers.h"

namespace ekiben::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PackTest : public ArchiveTest, public testing::WithParamInterface<const char*> {
 protected:
  PackTest() : source_(Folder("source")) {
    Write(source_ / "model.yaml", "name: iris\n");
    Write(source_ / "native/größe 1.onnx", std::string(3 << 20, 'x'));
    Write(source_ / "run.sh", "#!/bin/sh\n");
    fs::permissions(source_ / "run.sh", fs::perms(0755));
    fs::create_directories(source_ / "empty");
    Write(source_ / (std::string(120, 'l') + "/" + std::string(120, 'f')), "a long name");
  }

  const fs::path source_;
};

TEST_P(PackTest, WhatIsPackedIsUnpackedAsItWas) {
  const Form form = *FormNamed(GetParam());
  const fs::path target = folder_ / (std::string("packed.") + GetParam());
  ASSERT_THAT(Pack(source_, form, target), IsOk());
  const fs::path again = Folder("again");
  ASSERT_THAT(Unpack(target, form, again), IsOk());
  EXPECT_EQ(Tree(again), Tree(source_));
  const auto executable = [](const fs::path& path) {
    return (fs::status(path).permissions() & fs::perms::owner_exec) != fs::perms::none;
  };
  EXPECT_TRUE(executable(again / "run.sh"));
  EXPECT_FALSE(executable(again / "model.yaml"));
}

TEST_P(PackTest, TheSameFilesGiveTheSameBytes) {
  const Form form = *FormNamed(GetParam());
  if (form == Form::kFolder) return;
  ASSERT_THAT(Pack(source_, form, folder_ / "first"), IsOk());
  for (const auto& entry : fs::recursive_directory_iterator(source_)) {
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(1000));
  }
  ASSERT_THAT(Pack(source_, form, folder_ / "second"), IsOk());
  EXPECT_EQ(Read(folder_ / "first"), Read(folder_ / "second"));
}

TEST_P(PackTest, WhatIsNeitherFileNorFolderIsNamedAndNothingIsLeft) {
  fs::create_symlink("model.yaml", source_ / "link");
  const Status packed = Pack(source_, *FormNamed(GetParam()), folder_ / "packed");
  EXPECT_THAT(packed, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(packed.message(), HasSubstr("link' is neither a file nor a folder"));
  EXPECT_THAT(Tree(folder_), testing::Not(testing::Contains(testing::Key(HasSubstr("packed")))));
}

TEST_P(PackTest, WhatNobodyCouldUnpackIsNotPacked) {
  Write(source_ / "back\\slash", "");
  const Status packed = Pack(source_, *FormNamed(GetParam()), folder_ / "packed");
  EXPECT_THAT(packed, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(packed.message(),
              HasSubstr("'back\\slash' has a name that other systems read otherwise"));
  EXPECT_FALSE(fs::exists(folder_ / "packed"));
}

INSTANTIATE_TEST_SUITE_P(Forms, PackTest,
                         testing::Values("tar", "gz", "bz2", "xz", "zip", "folder"));

class PackTargetTest : public ArchiveTest {};

TEST_F(PackTargetTest, AFileIsReplacedAndAFolderIsNot) {
  Write(folder_ / "source/a", "new");
  Write(folder_ / "archive.tar", "old");
  EXPECT_THAT(Pack(folder_ / "source", Form::kTar, folder_ / "archive.tar"), IsOk());
  EXPECT_NE(Read(folder_ / "archive.tar"), "old");
  Write(folder_ / "there/b", "old");
  for (const Form form : {Form::kTar, Form::kFolder}) {
    EXPECT_THAT(Pack(folder_ / "source", form, folder_ / "there"),
                HasCode(Code::kFailedPrecondition));
  }
  EXPECT_EQ(Read(folder_ / "there/b"), "old");
}

TEST_F(PackTargetTest, AFolderThatCannotBeWrittenToIsNamed) {
  Write(folder_ / "source/a", "new");
  const Status packed = Pack(folder_ / "source", Form::kXz, folder_ / "none/archive.xz");
  EXPECT_THAT(packed.message(), HasSubstr("none"));
  EXPECT_THAT(packed, HasCode(Code::kNotFound));
}

TEST_F(PackTargetTest, AFormIsKnownByTheFirstBytesWhateverTheName) {
  Write(folder_ / "source/a", "text");
  for (const Form form : {Form::kTar, Form::kGzip, Form::kBzip2, Form::kXz, Form::kZip}) {
    ASSERT_THAT(Pack(folder_ / "source", form, folder_ / "download.zip"), IsOk());
    EXPECT_EQ(FormOf(folder_ / "download.zip"), form);
  }
}

TEST(FormTest, AFormIsKnownByTheNamesEnd) {
  EXPECT_EQ(FormOf("x.bento"), Form::kXz);
  EXPECT_EQ(FormOf("x.tar.gz"), Form::kGzip);
  EXPECT_EQ(FormOf("x.zip"), Form::kZip);
  EXPECT_EQ(FormOf("x"), Form::kXz);
  EXPECT_EQ(FormOf("x.folder"), Form::kXz);
  EXPECT_EQ(FormOf(testing::TempDir()), Form::kFolder);
  EXPECT_EQ(FormNamed("rar"), std::nullopt);
}

}  // namespace
}  // namespace ekiben::archive
