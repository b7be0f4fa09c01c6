// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "archive/target.h"
#include "base/status.h"

namespace ekiben::archive {

// kInvalidArgument where it is no whole zip, or has members with a password.
Status UnpackZip(const std::filesystem::path& source, Target& target);

// Writes a zip, member after member, without times.
class ZipWriter {
 public:
  // kFailedPrecondition where the file cannot be written.
  static Result<ZipWriter> Open(const std::filesystem::path& path);

  // Begins a member, whose bytes follow; a folder's name ends with '/'.
  Status Begin(const std::string& name, uint64_t size, bool executable);
  Status Write(std::string_view bytes);
  // Ends the last member and the archive.
  Status Close();

 private:
  struct Free {
    void operator()(void* zip) const;
  };
  explicit ZipWriter(void* zip, std::filesystem::path path) : zip_(zip), path_(std::move(path)) {}
  Status EndMember();
  Status Failed() const;

  std::unique_ptr<void, Free> zip_;
  std::filesystem::path path_;
  bool in_member_ = false;
};

}  // namespace ekiben::archive
