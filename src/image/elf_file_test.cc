// SPDX-License-Identifier: Apache-2.0
#include "image/elf_file.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

TEST(ElfFileTest, ThisProgramNamesItsLoaderAndItsLibraries) {
  const auto elf = ElfFile::Read("/proc/self/exe");
  ASSERT_THAT(elf, IsOk());
  EXPECT_THAT(elf->interpreter, HasSubstr("ld-linux"));
  EXPECT_THAT(elf->needed, Contains("libc.so.6"));
}

TEST(ElfFileTest, WhatIsNoProgramIsRefused) {
  const TestFolder folder;
  EXPECT_THAT(ElfFile::Read(folder.Write("text", "#!/bin/sh\n")), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(ElfFile::Read(folder.Write("empty", "")), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(ElfFile::Read(folder.path()), HasCode(Code::kInvalidArgument));
  EXPECT_THAT(ElfFile::Read(folder.path() / "none"), HasCode(Code::kNotFound));
}

// Wherever it is cut and whatever byte of its headers is another, reading ends with an answer.
TEST(ElfFileTest, ADamagedFileIsReadWithoutHarm) {
  const TestFolder folder;
  const fs::path program = fs::read_symlink("/proc/self/exe");
  std::string bytes(size_t{1} << 16, '\0');
  std::ifstream(program, std::ios::binary).read(bytes.data(), 1 << 16);
  for (size_t size = 1; size < 4096; size += 61) {
    static_cast<void>(ElfFile::Read(folder.Write("cut", bytes.substr(0, size))));
  }
  for (size_t at = 4; at < 900; at += 3) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(~damaged[at]);
    static_cast<void>(ElfFile::Read(folder.Write("damaged", damaged)));
  }
}

}  // namespace
}  // namespace ekiben::image
