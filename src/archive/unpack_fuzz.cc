// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "archive/unpack.h"

// The first byte chooses the form, the rest is an archive. Whatever it is, nothing is written but
// below the folder that it is unpacked into.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ekiben::archive;
  if (size == 0) return 0;
  static const std::filesystem::path folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "unpack_fuzz-XXXXXX").string();
    return std::filesystem::path(mkdtemp(name.data()));
  }();
  const std::filesystem::path file = folder / "archive", into = folder / "outer/into";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  std::filesystem::create_directories(into);
  const Form form = data[0] % 2 == 0 ? Form::kTar : Form::kZip;
  (void)Unpack(file, form, into, {.files = 50, .bytes = 1 << 20});
  const auto entries = std::filesystem::directory_iterator(folder / "outer");
  if (std::distance(begin(entries), end(entries)) != 1) abort();
  std::filesystem::remove_all(folder / "outer");
  return 0;
}
