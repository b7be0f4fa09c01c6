// SPDX-License-Identifier: Apache-2.0
#include "store/whole_file.h"

#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/file.h"
#include "store/random.h"

namespace ekiben::store {

namespace fs = std::filesystem;

fs::path Beside(const fs::path& path) {
  return path.parent_path() / fmt::format(".{}.{}", path.filename().string(), store::RandomName());
}

Status WriteWhole(const fs::path& file, std::string_view bytes) {
  const fs::path beside = Beside(file);
  if (Status written = WriteNewFile(beside, bytes); !written.ok()) return written;
  if (rename(beside.c_str(), file.c_str()) == 0) return {};
  const int error_number = errno;
  unlink(beside.c_str());
  return FileError("cannot write", file, error_number);
}

}  // namespace ekiben::store
