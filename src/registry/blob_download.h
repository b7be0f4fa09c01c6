// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/file.h"
#include "base/sha256.h"
#include "base/status.h"
#include "registry/descriptor.h"
#include "registry/session.h"

namespace ekiben::registry {

// The error for a registry that sends other bytes than a digest says.
Status WrongBytes(const Reference& where, const Descriptor& blob);

// One blob on its way from a registry into a file. What was received stays there when the
// connection is lost or the process ends, and only the rest is asked for. Not thread-safe.
class BlobDownload {
 public:
  // All of these must outlive it.
  BlobDownload(Session& session, const Descriptor& blob, Progress& progress)
      : session_(session), blob_(blob), progress_(progress) {}

  // Waits where another process writes the same file.
  Status Into(const std::filesystem::path& file);

 private:
  Status Open(const std::filesystem::path& file);
  Status HashWhatIsThere();
  Status Step();
  Status Receive(const http::ClientResponse& head, uint64_t asked_from, std::string_view bytes);
  Status Empty();

  Session& session_;
  const Descriptor& blob_;
  Progress& progress_;
  std::filesystem::path path_;
  FileDescriptor file_;
  Sha256 hash_;
  uint64_t received_ = 0;
  uint64_t furthest_ = 0;   // The most that there has ever been of it.
  bool has_begun_ = false;  // Of the answer that is being read.
  bool progressed_ = false;
};

}  // namespace ekiben::registry
