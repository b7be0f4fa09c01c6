// SPDX-License-Identifier: Apache-2.0
#include "image/layer_writer.h"

#include <utility>

#include "image/tar_writer.h"

namespace ekiben::image {

Result<Blob> WriteLayer(const LayerTree& tree, const std::filesystem::path& path,
                        const LayerOptions& options) {
  auto blob = BlobWriter::Create(path, options.level);
  if (!blob) return Error(std::move(blob).error());
  TarWriter tar([&](std::string_view bytes) { return (*blob)->Write(bytes); }, options.time);
  for (const auto& [name, entry] : tree.entries()) {
    if (Status added = tar.Add(name, entry); !added.ok()) return Error(std::move(added));
  }
  if (Status ended = tar.Finish(); !ended.ok()) return Error(std::move(ended));
  return (*blob)->Finish();
}

}  // namespace ekiben::image
