// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/status.h"
#include "image/file_hashes.h"
#include "image/layer_writer.h"

namespace ekiben::image {

// A layer that lies in a file of its own.
struct Layer {
  Blob blob = {};
  std::filesystem::path file = {};
  bool cached = false;  // It was there already.
};

// Layers that were written once, so that only what changed is compressed again.
//
// `folder`/blobs holds them under their digests, `folder`/layers says which tree became which. What
// a tree holds is decided by its files' bytes, which are read once: see FileHashes. What nobody
// asked for in 30 days goes. Several processes may use a folder at once; losing any of its files
// costs only time.
class LayerCache {
 public:
  // The folder need not exist.
  explicit LayerCache(std::filesystem::path folder);

  // The layer of this tree; `done` hears of one that has to be written. Fails where a file changes
  // meanwhile. Thread-safe.
  Result<Layer> Get(const LayerTree& tree, const LayerOptions& options,
                    const BytesDone& done = {}) const;

  // Where a blob of that digest ("sha256:…") is, or would be. Others may put theirs there, too.
  std::filesystem::path BlobFile(const std::string& digest) const;

  // Removes what has not been asked for in 30 days, and what a crash has left.
  void Sweep() const;

 private:
  Result<Layer> Find(const std::string& key) const;
  Result<Layer> Write(const std::string& key, const LayerTree& tree, const LayerOptions& options,
                      const BytesDone& done) const;

  const std::filesystem::path folder_;
  const std::unique_ptr<FileHashes> hashes_;  // In `folder`/files.
};

// What decides a layer's bytes, in 64 hexadecimal digits: equal for trees that become equal layers.
Result<std::string> LayerKey(const LayerTree& tree, const LayerOptions& options,
                             FileHashes& hashes);

}  // namespace ekiben::image
