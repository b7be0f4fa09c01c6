// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace ekiben {
namespace {

Code CodeOf(int error_number) {
  switch (error_number) {
    case ENOENT: return Code::kNotFound;
    case EACCES:
    case EPERM: return Code::kPermissionDenied;
    default: return Code::kFailedPrecondition;
  }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Reset();
    fd_ = other.Release();
  }
  return *this;
}

int FileDescriptor::Release() { return std::exchange(fd_, -1); }

void FileDescriptor::Reset() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

Status FileError(std::string_view what, const std::filesystem::path& path, int error_number) {
  Status error(CodeOf(error_number), fmt::format("{} '{}': {}", what, path.string(),
                                                 std::generic_category().message(error_number)));
  if (error_number != ENOSPC && error_number != EDQUOT) return error;
  return std::move(error).WithHint("make room on that disk, then run the command again");
}

Result<std::string> ReadFile(const std::filesystem::path& path, size_t most) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file.valid() || fstat(file.get(), &status) != 0) {
    return Error(FileError("cannot read", path, errno));
  }
  if (!S_ISREG(status.st_mode)) return Error(FileError("cannot read", path, EISDIR));
  if (static_cast<size_t>(status.st_size) > most) {
    return Error(InvalidArgument(fmt::format("'{}' has {} bytes, more than the {} allowed",
                                             path.string(), status.st_size, most)));
  }
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(FileError("cannot read", path, errno));
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Status WriteNewFile(const std::filesystem::path& path, std::string_view bytes) {
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) return FileError("cannot write", path, errno);
  if (Status written = WriteAll(file, bytes, path); !written.ok()) {
    unlink(path.c_str());
    return written;
  }
  if (fsync(file.get()) != 0) {
    const int error_number = errno;
    unlink(path.c_str());
    return FileError("cannot flush", path, error_number);
  }
  return {};
}

Status WriteAll(const FileDescriptor& file, std::string_view bytes,
                const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FileError("cannot write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

std::string ReadToEnd(const FileDescriptor& pipe, size_t most) {
  std::string all;
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t got = read(pipe.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(buffer.data(), std::min(static_cast<size_t>(got), most - all.size()));
  }
}

Status Flush(const std::filesystem::path& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() || fsync(file.get()) != 0) return FileError("cannot flush", path, errno);
  return {};
}

}  // namespace ekiben
