// SPDX-License-Identifier: Apache-2.0
#include "bento/staged_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "store/staging.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr size_t kChunk = size_t{1} << 20;

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

Status CopyBytes(const FileDescriptor& in, const fs::path& from, const FileDescriptor& out,
                 const fs::path& to) {
  // Shares or moves the blocks in the kernel where the file system can.
  for (;;) {
    const ssize_t copied = copy_file_range(in.get(), nullptr, out.get(), nullptr, kChunk * 64, 0);
    if (copied == 0) break;
    if (copied < 0) break;
  }
  std::vector<char> chunk(kChunk);
  for (;;) {  // What is left: nothing, or all of it between two file systems.
    const ssize_t got = read(in.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("cannot read", from, errno);
    if (got == 0) return {};
    const Status put = WriteAll(out, {chunk.data(), static_cast<size_t>(got)}, to);
    if (!put.ok()) return put;
  }
}

}  // namespace

Status PutText(const fs::path& file, std::string_view text, bool executable) {
  const auto out = NewFile(file, executable);
  return out ? WriteAll(*out, text, file) : out.error();
}

Status PutFile(const fs::path& from, const fs::path& to) {
  const FileDescriptor in(open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about{};
  if (!in.valid() || fstat(in.get(), &about) != 0) return FileError("cannot read", from, errno);
  if (!S_ISREG(about.st_mode)) {
    return InvalidArgument(fmt::format("'{}' is neither a file nor a folder", from.string()));
  }
  const auto out = NewFile(to, (about.st_mode & S_IXUSR) != 0);
  return out ? CopyBytes(in, from, *out, to) : out.error();
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
