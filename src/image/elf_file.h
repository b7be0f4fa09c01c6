// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace ekiben::image {

// What a program or a shared library says about what it needs: the dynamic section of an ELF file.
struct ElfFile {
  std::string interpreter = {};          // The loader's path; libraries have none.
  std::vector<std::string> needed = {};  // Names: "libc.so.6".
  std::vector<std::string> rpath = {};   // Folders, as they stand there: "$ORIGIN/../lib".
  std::vector<std::string> runpath = {};

  // Reads the file, which is not trusted. kInvalidArgument where it is no ELF file of 64 bits in
  // little-endian order, or is cut off. A static program needs nothing.
  static Result<ElfFile> Read(const std::filesystem::path& path);
};

}  // namespace ekiben::image
