// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release();
  void Reset();

 private:
  int fd_ = -1;
};

// The whole file as bytes. Fails with kNotFound where there is none, kInvalidArgument where it is
// larger than `most` bytes, kPermissionDenied or kFailedPrecondition where it can't be read.
Result<std::string> ReadFile(const std::filesystem::path& path, size_t most);

// Writes and flushes a new file; fails where one exists. Nothing is left behind on failure.
Status WriteNewFile(const std::filesystem::path& path, std::string_view bytes);

// Writes all the bytes to an open file; `path` is what an error calls it.
Status WriteAll(const FileDescriptor& file, std::string_view bytes,
                const std::filesystem::path& path);

// What comes out of a pipe until its end. Of more than `most` bytes the first are kept.
std::string ReadToEnd(const FileDescriptor& pipe, size_t most);

// Flushes a folder's entries (or a file's bytes) to the disk.
Status Flush(const std::filesystem::path& path);

// "what 'path': why", the why and the code from errno.
Status FileError(std::string_view what, const std::filesystem::path& path, int error_number);

}  // namespace ekiben
