// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "base/file.h"
#include "http/url.h"

namespace ekiben::registry {

// Where an upload that has not come to its end goes on: a file, for a process that comes after one
// that was killed. Whoever has it holds a lock on it, since two may not send to one upload.
//
// Keeps nothing where it cannot: an upload without a note begins at its first byte. Not
// thread-safe.
class UploadNote {
 public:
  UploadNote() = default;  // Keeps nothing.
  static UploadNote Open(const std::filesystem::path& file);

  // What an earlier process has kept. The registry may have forgotten it.
  std::optional<http::Url> Location() const;
  void Keep(const http::Url& location);
  // Once the upload is at its end, or nobody can go on with it.
  void Remove();

 private:
  std::filesystem::path path_;
  FileDescriptor file_;  // Locked; not valid where nothing is kept.
};

}  // namespace ekiben::registry
