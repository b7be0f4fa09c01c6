// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "archive/file_bytes.h"
#include "base/status.h"
#include "image/blob_writer.h"
#include "image/layer_tree.h"

namespace ekiben::image {

struct LayerOptions {
  int64_t time = 0;  // Of every file, in seconds since 1970.
  int level = 4;     // zlib's. Higher ones take far longer, and give little for programs.
};

// Hears how many bytes went into a layer so far, now and then.
using BytesDone = std::function<void(uint64_t bytes)>;

// Writes a layer, a compressed tar, into the new file `path`. The same tree gives the same bytes.
Result<Blob> WriteLayer(const LayerTree& tree, const std::filesystem::path& path,
                        const LayerOptions& options, const BytesDone& done = {});

// Gives a tar of the tree to `sink`, uncompressed, with `time` as that of every file.
Status WriteTar(const LayerTree& tree, const archive::ByteSink& sink, int64_t time);

}  // namespace ekiben::image
