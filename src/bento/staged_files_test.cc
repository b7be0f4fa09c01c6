// SPDX-License-Identifier: Apache-2.0
#include "bento/staged_files.h"

#include <sys/stat.h>

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "bento/bento_testing.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StagedFilesTest : public FolderTest {
 protected:
  static fs::perms ModeOf(const fs::path& file) { return fs::status(file).permissions(); }
};

TEST_F(StagedFilesTest, ModesAreTheSameWhateverTheUmaskAndTheOriginalSay) {
  fs::permissions(Write("from/private.py", "a"), fs::perms(0600));
  fs::permissions(Write("from/run.sh", "b"), fs::perms(0711));
  fs::permissions(Write("from/odd.sh", "c"), fs::perms(04655));  // Not its owner may run it.
  const mode_t before = umask(0077);
  EXPECT_THAT(PutTree(folder_ / "from", folder_ / "to"), IsOk());
  EXPECT_THAT(PutText(folder_ / "to/text", "t"), IsOk());
  EXPECT_THAT(PutText(folder_ / "to/script", "t", true), IsOk());
  umask(before);
  EXPECT_EQ(ModeOf(folder_ / "to/private.py"), fs::perms(0644));
  EXPECT_EQ(ModeOf(folder_ / "to/run.sh"), fs::perms(0755));
  EXPECT_EQ(ModeOf(folder_ / "to/odd.sh"), fs::perms(0644));
  EXPECT_EQ(ModeOf(folder_ / "to/text"), fs::perms(0644));
  EXPECT_EQ(ModeOf(folder_ / "to/script"), fs::perms(0755));
}

TEST_F(StagedFilesTest, ATreeIsCopiedWithItsHiddenFilesAndBytes) {
  const std::string large(3 << 20, 'x');
  Write("from/a/.hidden/large", large);
  Write("from/empty");
  ASSERT_THAT(PutTree(folder_ / "from", folder_ / "to/deep"), IsOk());
  EXPECT_EQ(ReadAll(folder_ / "to/deep/a/.hidden/large"), large);
  EXPECT_EQ(ReadAll(folder_ / "to/deep/empty"), "");
}

TEST_F(StagedFilesTest, LinksAreRefusedToFilesAndToFolders) {
  Write("secret/key", "k");
  for (const char* const target : {"../secret", "../secret/key", "none"}) {
    fs::remove_all(folder_ / "from");
    fs::create_directories(folder_ / "from");
    fs::create_symlink(target, folder_ / "from/link");
    EXPECT_THAT(PutTree(folder_ / "from", folder_ / "to"), HasMessage(HasSubstr("link' is a link")))
        << target;
  }
  EXPECT_FALSE(fs::exists(folder_ / "to"));
}

TEST_F(StagedFilesTest, WhatIsNoFileIsNotWaitedFor) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(PutFile(folder_ / "pipe", folder_ / "to"), HasCode(Code::kInvalidArgument));
}

TEST_F(StagedFilesTest, NothingIsWrittenOver) {
  Write("to", "first");
  EXPECT_THAT(PutText(folder_ / "to", "second"), HasMessage(HasSubstr("exists")));
  EXPECT_THAT(PutFile(Write("from", "second"), folder_ / "to"), HasMessage(HasSubstr("exists")));
  EXPECT_EQ(ReadAll(folder_ / "to"), "first");
}

TEST_F(StagedFilesTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(PutFile(folder_ / "gone", folder_ / "to"), HasCode(Code::kNotFound));
  EXPECT_THAT(PutTree(folder_ / "gone", folder_ / "to"), HasMessage(HasSubstr("gone")));
}

}  // namespace
}  // namespace ekiben::bento
