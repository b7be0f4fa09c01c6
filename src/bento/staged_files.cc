// SPDX-License-Identifier: Apache-2.0
#include "bento/staged_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "base/copy_file.h"
#include "base/file.h"
#include "store/staging.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

Result<FileDescriptor> NewFile(const fs::path& path, bool executable) {
  if (Status made = store::MakeFolders(path.parent_path()); !made.ok()) {
    return Error(std::move(made));
  }
  const mode_t mode = executable ? 0755 : 0644;
  FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.valid() || fchmod(file.get(), mode) != 0) {  // Whatever the umask is.
    return Error(FileError("cannot write", path, errno));
  }
  return file;
}

}  // namespace

Status PutText(const fs::path& file, std::string_view text, bool executable) {
  const auto out = NewFile(file, executable);
  return out ? WriteAll(*out, text, file) : out.error();
}

Status PutFile(const fs::path& from, const fs::path& to) {
  struct stat about{};
  if (stat(from.c_str(), &about) != 0) return FileError("cannot read", from, errno);
  if (!S_ISREG(about.st_mode)) {
    return InvalidArgument(fmt::format("'{}' is neither a file nor a folder", from.string()));
  }
  if (Status made = store::MakeFolders(to.parent_path()); !made.ok()) return made;
  return CopyFile(from, to, (about.st_mode & S_IXUSR) != 0 ? 0755 : 0644);
}

Status PutTree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (fs::recursive_directory_iterator one(from, error), end; !error && one != end;
       one.increment(error)) {
    std::error_code ignored;
    if (one->is_directory(ignored) && !one->is_symlink(ignored)) continue;
    if (one->is_symlink(ignored)) {
      return InvalidArgument(fmt::format("'{}' is a link", one->path().string()));
    }
    const Status put = PutFile(one->path(), to / one->path().lexically_relative(from));
    if (!put.ok()) return put;
  }
  return error ? FileError("cannot read the folder", from, error.value()) : Status();
}

}  // namespace ekiben::bento
