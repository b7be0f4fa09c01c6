// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "registry/descriptor.h"
#include "registry/session.h"
#include "registry/upload_note.h"

namespace ekiben::registry {

// One blob on its way to a registry. Where the connection is lost it asks how much has arrived and
// sends the rest; where the registry has forgotten, it begins again. So it does for what an earlier
// process has sent. Not thread-safe.
class BlobUpload {
 public:
  // What is known before it begins.
  struct Hints {
    UploadNote note = {};
    std::string mount_from = {};  // The path of another repository that had the blob; or empty.
  };

  // The references must outlive it.
  BlobUpload(Session& session, const Descriptor& blob, Progress& progress, Hints hints)
      : session_(session), blob_(blob), progress_(progress), hints_(std::move(hints)) {}

  Status SendFile(const std::filesystem::path& file);
  Status SendBytes(std::string_view bytes);

  // Whether the registry has taken it out of the other repository, so that nothing was sent.
  bool is_mounted() const { return is_mounted_; }

 private:
  Status Send(const FileDescriptor* file, std::string_view bytes);
  Status Step(const FileDescriptor* file, std::string_view bytes);
  Status GoOn(const FileDescriptor* file, std::string_view bytes);
  Status Begin();
  Status Mount();
  bool IsElsewhere() const;
  Status AskWhere();
  void BeginAgain();
  Status SendRest(const FileDescriptor* file, std::string_view bytes);
  Status Finish();
  Status TakeLocation(const http::ClientResponse& answer);

  Session& session_;
  const Descriptor& blob_;
  Progress& progress_;
  Hints hints_;
  std::optional<http::Url> location_;  // Of the upload, once it has begun.
  bool is_earlier_ = false;            // Whether another process has begun it.
  uint64_t arrived_ = 0;               // Bytes that the registry has.
  bool is_unsure_ = false;             // Whether that has to be asked.
  bool progressed_ = false;
  bool is_mounted_ = false;
};

}  // namespace ekiben::registry
