// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "registry/descriptor.h"
#include "registry/session.h"

namespace ekiben::registry {

// One blob on its way to a registry. Where the connection is lost it asks how much has arrived and
// sends the rest; where the registry has forgotten, it begins again. Not thread-safe.
class BlobUpload {
 public:
  // All of these must outlive it.
  BlobUpload(Session& session, const Descriptor& blob, Progress& progress)
      : session_(session), blob_(blob), progress_(progress) {}

  Status SendFile(const std::filesystem::path& file);
  Status SendBytes(std::string_view bytes);

 private:
  Status Send(const FileDescriptor* file, std::string_view bytes);
  Status Step(const FileDescriptor* file, std::string_view bytes);
  Status Begin();
  Status AskWhere();
  Status SendRest(const FileDescriptor* file, std::string_view bytes);
  Status Finish();
  Status TakeLocation(const http::ClientResponse& answer);

  Session& session_;
  const Descriptor& blob_;
  Progress& progress_;
  std::optional<http::Url> location_;  // Of the upload, once it has begun.
  uint64_t arrived_ = 0;               // Bytes that the registry has.
  bool is_unsure_ = false;             // Whether that has to be asked.
  bool progressed_ = false;
};

}  // namespace ekiben::registry
