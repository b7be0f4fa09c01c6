// SPDX-License-Identifier: Apache-2.0
#include "registry/push.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "base/sha256.h"

namespace ekiben::registry {

Status InParallel(size_t count, int parallel, const std::function<Status(size_t)>& one) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> stop = false;
  std::mutex mutex;
  Status first;
  const auto work = [&] {
    for (size_t i = next++; i < count && !stop; i = next++) {
      Status done = one(i);
      if (done.ok()) continue;
      stop = true;
      const std::lock_guard lock(mutex);
      if (first.ok()) first = std::move(done);
    }
  };
  {
    std::vector<std::jthread> threads;
    const size_t most = std::min(count, static_cast<size_t>(std::max(parallel, 1)));
    for (size_t i = 1; i < most; ++i) threads.emplace_back(work);
    work();
  }
  return first;
}

Status Push(Repository& repository, const Pushed& pushed, const std::vector<std::string>& tags,
            Progress& progress, int parallel) {
  std::set<std::string> seen;
  std::vector<const BlobFile*> blobs;
  for (const BlobFile& blob : pushed.blobs) {
    if (seen.insert(blob.blob.digest).second) blobs.push_back(&blob);
  }
  Status sent = InParallel(blobs.size(), parallel, [&](size_t i) {
    const BlobFile& one = *blobs[i];
    return one.file.empty() ? repository.PutBytes(one.blob, one.bytes, progress)
                            : repository.PutBlob(one.blob, one.file, progress);
  });
  if (!sent.ok()) return sent;
  const Descriptor config{.digest = DigestOf(pushed.config),
                          .size = pushed.config.size(),
                          .annotations = {{"org.opencontainers.image.title", "config"}}};
  if (sent = repository.PutBytes(config, pushed.config, progress); !sent.ok()) return sent;
  if (tags.empty()) return repository.PutManifest(pushed.manifest.digest, pushed.manifest);
  for (const std::string& tag : tags) {
    if (sent = repository.PutManifest(tag, pushed.manifest); !sent.ok()) return sent;
  }
  return {};
}

}  // namespace ekiben::registry
