// SPDX-License-Identifier: Apache-2.0
#include "base/copy_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace ekiben {
namespace {

constexpr size_t kChunk = size_t{1} << 18;

// Shares or moves the blocks in the kernel where the file system can; what it leaves is for who
// reads and writes, who hears why.
void MoveInKernel(const FileDescriptor& in, const FileDescriptor& out) {
  while (copy_file_range(in.get(), nullptr, out.get(), nullptr, kChunk * 64, 0) > 0) {
  }
}

}  // namespace

Status CopyFile(const std::filesystem::path& from, const std::filesystem::path& to, mode_t mode) {
  const FileDescriptor in(open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about{};
  if (!in.valid() || fstat(in.get(), &about) != 0) return FileError("cannot read", from, errno);
  if (!S_ISREG(about.st_mode)) return FileError("cannot read", from, EISDIR);
  const FileDescriptor out(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!out.valid() || fchmod(out.get(), mode) != 0) return FileError("cannot write", to, errno);
  MoveInKernel(in, out);
  std::vector<char> chunk(kChunk);
  for (;;) {  // What is left: nothing, or all of it between two file systems.
    const ssize_t got = read(in.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("cannot read", from, errno);
    if (got == 0) return {};
    Status put = WriteAll(out, {chunk.data(), static_cast<size_t>(got)}, to);
    if (!put.ok()) return put;
  }
}

}  // namespace ekiben
