// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/sha256.h"
#include "base/status.h"

namespace ekiben::image {

inline constexpr const char* kGzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

// What a blob came to. Digests are in the form "sha256:<hex>".
struct Blob {
  std::string digest = {};   // Of the compressed bytes.
  std::string diff_id = {};  // Of the bytes that went in.
  uint64_t size = 0;         // Compressed, in bytes.
  uint64_t unpacked = 0;     // As they went in.
  std::string media_type = kGzipLayer;
};

// Compresses bytes into a new file, and takes both digests on the way. The gzip header has neither
// a time nor a name. Removes the file again unless Finish() succeeded.
class BlobWriter {
 public:
  // `level` is zlib's, 1 to 9. Fails where the file exists or cannot be made.
  static Result<std::unique_ptr<BlobWriter>> Create(const std::filesystem::path& file, int level);
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  Status Write(std::string_view bytes);

  // Ends the blob and flushes the file to the disk. Nothing may be written afterwards.
  Result<Blob> Finish();

 private:
  struct Deflater;

  BlobWriter(std::filesystem::path path, FileDescriptor file, int level);
  Status Deflate(std::string_view bytes, bool last);
  Status Put(std::string_view bytes);

  const std::filesystem::path path_;
  FileDescriptor file_;
  std::unique_ptr<Deflater> deflater_;
  Sha256 plain_, packed_;
  Blob blob_;
  bool finished_ = false;
};

}  // namespace ekiben::image
