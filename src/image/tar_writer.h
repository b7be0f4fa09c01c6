// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "image/layer_tree.h"

namespace ekiben::image {

// Takes bytes that were made; what it fails with ends the writing.
using ByteSink = std::function<Status(std::string_view bytes)>;

// Writes a tar archive: POSIX's form, with extended headers only where a name or size needs them.
//
// The same entries in the same order give the same bytes, whoever runs it, when and where: every
// entry has the one time, and neither names of users nor anything else of this machine. The only
// place where libarchive is used.
class TarWriter {
 public:
  // `time`, in seconds since 1970, is that of every entry.
  TarWriter(ByteSink sink, int64_t time);
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  // Fails where a source cannot be read, or has another size at the end than at the start.
  Status Add(const std::string& path, const LayerEntry& entry);

  // Ends the archive. Nothing may be added afterwards.
  Status Finish();

 private:
  struct Archive;

  Status WriteHeader(const std::string& path, const LayerEntry& entry, int64_t size);
  Status WriteBytes(std::string_view bytes);
  Status CopyFile(const std::filesystem::path& source, const std::string& path,
                  const LayerEntry& entry);
  Status Failure() const;

  std::unique_ptr<Archive> archive_;
  const int64_t time_;
};

}  // namespace ekiben::image
