// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "registry/blob_places.h"
#include "registry/blob_upload.h"
#include "registry/descriptor.h"
#include "registry/session.h"

namespace ekiben::registry {

// One repository of a registry, as the OCI distribution specification has it: blobs, manifests and
// tags. What fails for the moment is tried again. What comes is checked against its digest.
// Thread-safe: several blobs may travel at once. Calls block.
class Repository {
 public:
  // `home`, where it is not empty, remembers uploads that were broken off and where blobs have been
  // (HOME/tmp, HOME/cache), so that a later process has less to send.
  Repository(const Reference& where, SessionOptions options, std::filesystem::path home = {});

  const Reference& where() const { return session_.where(); }

  // The manifest under a tag or a digest. kNotFound where there is none.
  Result<ManifestText> GetManifest(const std::string& wanted);
  // The digest of what is under a tag; nothing where nothing is.
  Result<std::optional<std::string>> FindManifest(const std::string& tag);
  Status PutManifest(const std::string& tag, const ManifestText& manifest);
  // Whether the registry keeps lists of what belongs to a manifest; `digest` is one that is there.
  Result<bool> ListsReferrers(const std::string& digest);

  // Sends a file's bytes unless they are there, or come out of another repository of the same
  // registry; goes on where it was broken off.
  Status PutBlob(const Descriptor& blob, const std::filesystem::path& file, Progress& progress);
  Status PutBytes(const Descriptor& blob, std::string_view bytes, Progress& progress);

  // Writes a blob into `file`, which may have a part of it from an earlier time and is locked
  // meanwhile. kFailedPrecondition where other bytes come than the digest says; the file is removed
  // then.
  Status GetBlob(const Descriptor& blob, const std::filesystem::path& file, Progress& progress);
  // A small blob; `most` bytes at most.
  Result<std::string> GetBytes(const Descriptor& blob, size_t most);

  // All tags, sorted.
  Result<std::vector<std::string>> Tags();

 private:
  using Send = std::function<Status(BlobUpload& upload)>;

  Result<bool> HasBlob(const Descriptor& blob);
  Status Put(const Descriptor& blob, UploadNote note, const Send& send, Progress& progress);
  UploadNote NoteOf(const Descriptor& blob) const;

  Session session_;
  const std::filesystem::path home_;
  std::optional<BlobPlaces> places_;
};

}  // namespace ekiben::registry
