// SPDX-License-Identifier: Apache-2.0
#include "archive/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "archive/archive_testing.h"
#include "archive/pack.h"
#include "base/status_matchers.h"

namespace ekiben::archive {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// Writes a tar with members that Pack() would never write.
class Hostile {
 public:
  explicit Hostile(const fs::path& path) : writer_(archive_write_new()) {
    archive_write_set_format_pax_restricted(writer_);
    archive_write_open_filename(writer_, path.c_str());
  }
  ~Hostile() {
    archive_write_close(writer_);
    archive_write_free(writer_);
  }

  Hostile& Add(const std::string& name, mode_t type = AE_IFREG, const std::string& link = "",
               const std::string& text = "text") {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 06777);
    const bool has_text = type == AE_IFREG && link.empty();
    archive_entry_set_size(entry, has_text ? static_cast<la_int64_t>(text.size()) : 0);
    if (type == AE_IFLNK) archive_entry_set_symlink(entry, link.c_str());
    if (type == AE_IFREG && !link.empty()) archive_entry_set_hardlink(entry, link.c_str());
    archive_write_header(writer_, entry);
    if (has_text) archive_write_data(writer_, text.data(), text.size());
    archive_entry_free(entry);
    return *this;
  }

 private:
  ::archive* const writer_;
};

// One block of a tar: a header, with `bytes` after it.
std::string Block(std::string_view name, char type, const std::string& bytes) {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  put(0, std::string(name));
  put(100, "0000644");
  put(124, fmt::format("{:011o}", bytes.size()));
  put(136, "00000000000");
  put(148, "        ");
  put(156, std::string(1, type));
  put(257, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + '\0');
  return header + bytes + std::string((512 - bytes.size() % 512) % 512, '\0');
}

// A file as Python's tarfile writes it, and with it `bentoml export`: where the name has more than
// ASCII, it stands in a header of pax.
std::string PaxMember(const std::string& name, const std::string& text) {
  const std::string record = " path=" + name + "\n";
  const size_t size = record.size() + 2;  // Two digits.
  return Block("././@PaxHeader", 'x', std::to_string(size) + record) + Block("name", '0', text);
}

class UnpackTest : public ArchiveTest {
 protected:
  Status UnpackIt(Form form = Form::kTar) { return Unpack(file_, form, into_); }
  void ExpectRefused(const std::string& why) {
    const Status unpacked = UnpackIt();
    EXPECT_THAT(unpacked, HasCode(Code::kInvalidArgument));
    EXPECT_THAT(unpacked.message(), HasSubstr(why));
    EXPECT_THAT(unpacked.message(), HasSubstr(file_.string()));
    EXPECT_FALSE(fs::exists(folder_ / "out"));
    EXPECT_FALSE(fs::exists(folder_ / "outer/x"));
  }

  const fs::path file_ = folder_ / "hostile.tar";
  const fs::path into_ = Folder("outer/into");
};

TEST_F(UnpackTest, AMemberThatLeavesTheFolderIsRefused) {
  Hostile(file_).Add("good").Add("../x");
  ExpectRefused("its member '../x' leaves the folder");
}

TEST_F(UnpackTest, AnAbsoluteMemberIsRefused) {
  Hostile(file_).Add((folder_ / "out").string());
  ExpectRefused("is absolute");
}

TEST_F(UnpackTest, NamesInUtf8ComeFromAPaxHeaderInAnyLocale) {
  Write(file_, PaxMember("größe.txt", "text") + PaxMember("☃/ü", "text") + std::string(1024, 0));
  EXPECT_THAT(UnpackIt(), IsOk());
  EXPECT_THAT(Tree(into_),
              ElementsAre(Pair("größe.txt", "text"), Pair("☃/", ""), Pair("☃/ü", "text")));
}

TEST_F(UnpackTest, LinksAndDevicesAreRefused) {
  Hostile(file_).Add("link", AE_IFLNK, "..").Add("link/x");
  ExpectRefused("'link' is neither a file nor a folder");
  Hostile(file_).Add("first").Add("second", AE_IFREG, "first");
  fs::remove_all(into_ / "first");
  ExpectRefused("'second' is neither a file nor a folder");
  for (const mode_t type : {AE_IFCHR, AE_IFBLK, AE_IFIFO}) {
    Hostile(file_).Add("device", type);
    ExpectRefused("'device' is neither a file nor a folder");
  }
}

TEST_F(UnpackTest, NothingOfTheModesButReadableAndExecutableIsTakenOver) {
  Hostile(file_).Add("program");
  ASSERT_THAT(UnpackIt(), IsOk());
  struct stat about{};
  stat((into_ / "program").c_str(), &about);
  EXPECT_EQ(about.st_mode & 07777U & ~0755U, 0U);
}

TEST_F(UnpackTest, ABombIsRefusedBeforeItFillsTheDisk) {
  const fs::path zeros = Folder("zeros");
  Write(zeros / "zeros", std::string(10'000'000, '\0'));
  for (const Form form : {Form::kGzip, Form::kBzip2, Form::kXz, Form::kZip}) {
    ASSERT_THAT(Pack(zeros, form, file_), IsOk());
    const fs::path into = Folder(std::to_string(static_cast<int>(form)));
    EXPECT_THAT(Unpack(file_, form, into, {.bytes = 2'000'000}), HasCode(Code::kResourceExhausted));
    EXPECT_LE(fs::file_size(into / "zeros"), 2'000'000U);
  }
}

TEST_F(UnpackTest, HeadersWithoutEndAreRefused) {
  {
    Hostile hostile(file_);
    for (int i = 0; i < 5000; ++i) hostile.Add("folder", AE_IFDIR);
  }
  EXPECT_THAT(Unpack(file_, Form::kTar, into_, {.bytes = 100}), HasCode(Code::kResourceExhausted));
}

TEST_F(UnpackTest, TooManyMembersAreRefused) {
  {
    Hostile hostile(file_);
    for (int i = 0; i < 20; ++i) hostile.Add(std::to_string(i));
  }
  EXPECT_THAT(Unpack(file_, Form::kTar, into_, {.files = 10, .bytes = 1000}),
              HasCode(Code::kResourceExhausted));
}

TEST_F(UnpackTest, WhatIsCutOffIsRefused) {
  Write(folder_ / "source/a", std::string(100'000, 'a'));
  for (const Form form : {Form::kTar, Form::kGzip, Form::kBzip2, Form::kXz, Form::kZip}) {
    ASSERT_THAT(Pack(folder_ / "source", form, file_), IsOk());
    const std::string whole = Read(file_);
    Write(file_, whole.substr(0, whole.size() / 2));
    fs::remove_all(into_);
    fs::create_directories(into_);
    const Status unpacked = UnpackIt(form);
    EXPECT_THAT(unpacked, HasCode(Code::kInvalidArgument)) << NameOf(form);
    EXPECT_THAT(unpacked.message(), HasSubstr(std::string(NameOf(form))));
  }
}

TEST_F(UnpackTest, WhatIsNoArchiveIsRefused) {
  for (const std::string& text : {std::string(), std::string("text"), std::string(5000, '\0')}) {
    Write(file_, text);
    for (const Form form : {Form::kTar, Form::kGzip, Form::kXz, Form::kZip}) {
      EXPECT_THAT(UnpackIt(form), HasCode(Code::kInvalidArgument)) << NameOf(form) << text.size();
    }
  }
  EXPECT_THAT(Tree(into_), IsEmpty());
}

TEST_F(UnpackTest, WhatIsNotThereIsSaidSo) {
  EXPECT_THAT(Unpack(folder_ / "none.bento", Form::kXz, into_), HasCode(Code::kNotFound));
}

TEST_F(UnpackTest, ALinkInAFolderIsRefused) {
  Write(folder_ / "source/a", "a");
  fs::create_symlink("/etc", folder_ / "source/etc");
  EXPECT_THAT(Unpack(folder_ / "source", Form::kFolder, into_), HasCode(Code::kInvalidArgument));
}

}  // namespace
}  // namespace ekiben::archive
