// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "registry/descriptor.h"
#include "registry/repository.h"

namespace ekiben::registry {

// A blob that lies in a file, or in memory.
struct BlobFile {
  Descriptor blob = {};
  std::filesystem::path file = {};
  std::string bytes = {};  // Where `file` is empty.
};

// An image, a bento or a model as plain values: what a manifest says, and where its blobs lie.
struct Pushed {
  ManifestText manifest = {};
  std::string config = {};  // The bytes of the config blob.
  std::vector<BlobFile> blobs = {};
};

inline constexpr int kParallel = 4;

// Sends the blobs that the repository has not, `parallel` at a time, then the manifest, so that a
// tag never names what is not whole. `tags` are set in their order; without any, the manifest is
// under its digest only.
Status Push(Repository& repository, const Pushed& pushed, const std::vector<std::string>& tags,
            Progress& progress, int parallel = kParallel);

// Calls one(i) for every i below `count`, `parallel` at a time. After the first failure, which is
// returned, no more are begun.
Status InParallel(size_t count, int parallel, const std::function<Status(size_t)>& one);

}  // namespace ekiben::registry
