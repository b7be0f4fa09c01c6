// SPDX-License-Identifier: Apache-2.0
#include "image/layer_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/sha256.h"
#include "store/random.h"
#include "store/staging.h"
#include "store/whole_file.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

// Changes with whatever changes the bytes that a tree becomes.
constexpr int kFormat = 1;
constexpr auto kKept = std::chrono::hours(24 * 30);
constexpr size_t kMaxNote = 4096;

std::string_view HexOf(std::string_view digest) { return digest.substr(digest.find(':') + 1); }

// Whoever sweeps sees that it was needed.
void Touch(const fs::path& file) { utimensat(AT_FDCWD, file.c_str(), nullptr, 0); }

void SweepFolder(const fs::path& folder) {
  std::error_code error, ignored;
  const auto oldest = fs::file_time_type::clock::now() - kKept;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto changed = entry->last_write_time(ignored);
    if (!ignored && changed < oldest) fs::remove(entry->path(), ignored);
  }
}

}  // namespace

Result<std::string> LayerKey(const LayerTree& tree, const LayerOptions& options,
                             FileHashes& hashes) {
  Sha256 key;
  key.Update(fmt::format("{} {} {}\n", kFormat, options.time, options.level));
  for (const auto& [path, entry] : tree.entries()) {
    std::string content;
    if (entry.kind == LayerEntry::Kind::kFile && !entry.source.empty()) {
      auto hash = hashes.HashOf(entry.source);
      if (!hash) return Error(std::move(hash).error());
      content = *std::move(hash);
    } else {
      content = Sha256Of(entry.text);
    }
    key.Update(path);
    // A path has no NUL, so no two trees run into one another.
    key.Update({"\0", 1});
    key.Update(fmt::format("{} {:o} {} {}\n", static_cast<int>(entry.kind), entry.mode, entry.owner,
                           content));
  }
  return key.Hex();
}

LayerCache::LayerCache(fs::path folder)
    : folder_(std::move(folder)), hashes_(std::make_unique<FileHashes>(folder_ / "files")) {}

fs::path LayerCache::BlobFile(const std::string& digest) const {
  return folder_ / "blobs" / HexOf(digest);
}

Result<Layer> LayerCache::Find(const std::string& key) const {
  const fs::path note = folder_ / "layers" / key;
  const auto text = ReadFile(note, kMaxNote);
  if (!text) return Error(text.error());
  Layer layer{.cached = true};
  std::istringstream words(*text);
  words >> layer.blob.digest >> layer.blob.diff_id >> layer.blob.size >> layer.blob.unpacked;
  if (!words) return Error(NotFound("no whole note"));
  layer.file = BlobFile(layer.blob.digest);
  std::error_code error;
  if (fs::file_size(layer.file, error) != layer.blob.size || error) {
    return Error(NotFound("no such blob"));
  }
  Touch(note);
  Touch(layer.file);
  return layer;
}

Result<Layer> LayerCache::Write(const std::string& key, const LayerTree& tree,
                                const LayerOptions& options, const BytesDone& done) const {
  for (const char* const name : {"blobs", "layers"}) {
    if (Status made = store::MakeFolders(folder_ / name); !made.ok()) return Error(std::move(made));
  }
  const fs::path beside = folder_ / "blobs" / store::RandomName();
  auto blob = WriteLayer(tree, beside, options, done);
  if (!blob) return Error(std::move(blob).error());
  Layer layer{.blob = *std::move(blob)};
  layer.file = BlobFile(layer.blob.digest);

  const auto again = LayerKey(tree, options, *hashes_);
  std::error_code ignored;
  if (!again || *again != key) {
    fs::remove(beside, ignored);
    return Error(again ? FailedPrecondition("files of the layer changed while they were read")
                             .WithHint("run the command again")
                       : again.error());
  }
  if (rename(beside.c_str(), layer.file.c_str()) != 0) {
    const int error_number = errno;
    fs::remove(beside, ignored);
    return Error(FileError("cannot write", layer.file, error_number));
  }
  const Status noted = store::WriteWhole(
      folder_ / "layers" / key, fmt::format("{} {} {} {}\n", layer.blob.digest, layer.blob.diff_id,
                                            layer.blob.size, layer.blob.unpacked));
  return noted.ok() ? Result<Layer>(layer) : Error(noted);
}

Result<Layer> LayerCache::Get(const LayerTree& tree, const LayerOptions& options,
                              const BytesDone& done) const {
  const auto key = LayerKey(tree, options, *hashes_);
  if (!key) return Error(key.error());
  if (auto found = Find(*key)) return found;
  return Write(*key, tree, options, done);
}

void LayerCache::Sweep() const {
  SweepFolder(folder_ / "layers");
  SweepFolder(folder_ / "blobs");
}

}  // namespace ekiben::image
