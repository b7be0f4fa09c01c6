// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/status.h"

namespace ekiben::image {

// The SHA-256 of files that were read before and have not changed since, as git's index tells it:
// by device, number, size and the times of the last change of content and of anything. A file that
// changed a moment ago is read again next time, since a clock's tick may hide one change more.
//
// Remembered in a file, which may be lost, or damaged: then all is read again. Thread-safe.
class FileHashes {
 public:
  // Seconds after which a change counts as over: more than the tick of a file system's clock.
  static constexpr int64_t kSettled = 2;

  // Tests that cannot wait give less.
  explicit FileHashes(std::filesystem::path memory, int64_t settled = kSettled);
  // Remembers what was asked for, as far as it can.
  ~FileHashes();
  FileHashes(const FileHashes&) = delete;
  FileHashes& operator=(const FileHashes&) = delete;

  // In 64 hexadecimal digits.
  Result<std::string> HashOf(const std::filesystem::path& file);

  // How many files were read because nothing was known of them.
  size_t read() const { return read_; }

 private:
  struct Known {
    std::string stamp = {};  // What is as it was while the content is.
    std::string hash = {};
    bool asked = false;
  };

  void Parse(std::string_view text);
  std::string Text() const;

  const std::filesystem::path memory_;
  const int64_t settled_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  size_t read_ = 0;
  bool changed_ = false;
};

}  // namespace ekiben::image
