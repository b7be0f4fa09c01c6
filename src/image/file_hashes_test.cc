// SPDX-License-Identifier: Apache-2.0
#include "image/file_hashes.h"

#include <filesystem>
#include <fstream>

#include "base/sha256.h"
#include "base/status_matchers.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FileHashesTest : public testing::Test {
 protected:
  // Asks once, and says how many files were read for that.
  size_t ReadFor(const fs::path& file, int64_t settled = 0) const {
    FileHashes hashes(memory_, settled);
    const auto hash = hashes.HashOf(file);
    EXPECT_THAT(hash, IsOk());
    EXPECT_EQ(*hash, Sha256OfFile(file).value());
    return hashes.read();
  }

  const TestFolder folder_;
  const fs::path memory_ = folder_.path() / "cache" / "files";
  const fs::path file_ = folder_.Write("one file", "content");
};

TEST_F(FileHashesTest, AFileThatHasNotChangedIsReadOnce) {
  EXPECT_EQ(ReadFor(file_), 1U);
  EXPECT_EQ(ReadFor(file_), 0U);
  EXPECT_EQ(ReadFor(folder_.Write("other", "more")), 1U);
  EXPECT_EQ(ReadFor(file_), 0U);
}

TEST_F(FileHashesTest, AnotherContentOfTheSameSizeAndTimeIsRead) {
  const auto time = fs::last_write_time(file_);
  EXPECT_EQ(ReadFor(file_), 1U);
  folder_.Write("one file", "CONTENT");
  fs::last_write_time(file_, time);
  EXPECT_EQ(ReadFor(file_), 1U);
}

TEST_F(FileHashesTest, AnotherFileInItsPlaceIsRead) {
  EXPECT_EQ(ReadFor(file_), 1U);
  const auto time = fs::last_write_time(file_);
  fs::rename(folder_.Write("beside", "CONTENT"), file_);
  fs::last_write_time(file_, time);
  EXPECT_EQ(ReadFor(file_), 1U);
}

TEST_F(FileHashesTest, AFileThatHasJustChangedIsReadAgain) {
  EXPECT_EQ(ReadFor(file_, 3600), 1U);
  EXPECT_EQ(ReadFor(file_, 3600), 1U);
}

TEST_F(FileHashesTest, AMemoryThatIsDamagedOrCutOffIsForgotten) {
  EXPECT_EQ(ReadFor(file_), 1U);
  const std::string whole = folder_.Read("cache/files");
  EXPECT_THAT(whole, HasSubstr(file_.string()));
  for (const std::string& text :
       {whole.substr(0, whole.size() - 5), std::string(100, '\0'), std::string(),
        whole.substr(whole.find('\n') + 1), whole.substr(0, whole.find('\n') + 1) + "a b c\n \n"}) {
    folder_.Write("cache/files", text);
    EXPECT_EQ(ReadFor(file_), 1U) << text;
  }
}

TEST_F(FileHashesTest, AFileThatIsNotThereIsAnError) {
  FileHashes hashes(memory_);
  EXPECT_THAT(hashes.HashOf(folder_.path() / "none"), HasCode(Code::kNotFound));
}

TEST_F(FileHashesTest, WhereNothingCanBeRememberedFilesAreReadEachTime) {
  folder_.Write("cache", "a file where the folder would be");
  EXPECT_EQ(ReadFor(file_), 1U);
  EXPECT_EQ(ReadFor(file_), 1U);
}

}  // namespace
}  // namespace ekiben::image
