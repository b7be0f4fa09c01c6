// SPDX-License-Identifier: Apache-2.0
#include "archive/target.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace ekiben::archive {

namespace fs = std::filesystem;

Status Target::NoFile(std::string_view name) {
  return InvalidArgument(
      fmt::format("its member '{}' is neither a file nor a folder", name.substr(0, 200)));
}

Status Target::AddFolder(std::string_view name) {
  const auto path = members_.AddFolder(name);
  return path ? MakeFolders(*path) : path.error();
}

Status Target::AddFile(std::string_view name, bool executable, const Read& read) {
  const auto path = members_.AddFile(name);
  if (!path) return path.error();
  if (Status made = MakeFolders(path->parent_path()); !made.ok()) return made;
  const fs::path place = folder_ / *path;
  const FileDescriptor file(open(place.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 executable ? 0755 : 0644));
  if (!file.valid()) return FileError("cannot write", place, errno);
  while (true) {
    const Result<size_t> size = read(buffer_.data(), buffer_.size());
    if (!size) return size.error();
    if (*size == 0) return {};
    if (Status added = members_.AddBytes(*size); !added.ok()) return added;
    if (Status put = WriteAll(file, {buffer_.data(), *size}, place); !put.ok()) return put;
  }
}

Status Target::MakeFolders(const fs::path& path) const {
  std::error_code error;
  fs::create_directories(folder_ / path, error);
  if (error) return FileError("cannot make the folder", folder_ / path, error.value());
  return {};
}

}  // namespace ekiben::archive
