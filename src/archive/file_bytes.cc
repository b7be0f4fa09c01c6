// SPDX-License-Identifier: Apache-2.0
#include "archive/file_bytes.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

namespace ekiben::archive {
namespace {

constexpr uint64_t kChunk = 1 << 20;

}  // namespace

Status GiveBytes(const FileDescriptor& file, const std::filesystem::path& path, uint64_t size,
                 const ByteSink& sink) {
  // One byte more than there should be, to see the end of a small file in the same call.
  std::vector<char> buffer(std::min(size + 1, kChunk));
  uint64_t done = 0;
  while (true) {
    const ssize_t got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("cannot read", path, errno);
    done += static_cast<uint64_t>(got);
    if (done > size || (got == 0 && done < size)) {
      return FailedPrecondition(fmt::format("'{}' changed while it was read", path.string()))
          .WithHint("run the command again");
    }
    if (got == 0) return {};
    Status taken = sink({buffer.data(), static_cast<size_t>(got)});
    if (!taken.ok()) return taken;
  }
}

}  // namespace ekiben::archive
