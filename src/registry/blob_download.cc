// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_download.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace ekiben::registry {
namespace {

constexpr size_t kChunk = size_t{256} << 10;

// Whether the whole that begins with this head has another size than `size`.
bool IsOtherSize(const http::ClientResponse& head, uint64_t size) {
  const std::string_view text = head.Header("Content-Length");
  uint64_t said = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), said);
  return error == std::errc() && said != size;
}

}  // namespace

Status WrongBytes(const Reference& where, const Descriptor& blob) {
  return FailedPrecondition(fmt::format("registry '{}' sends other bytes than '{}' says",
                                        where.Host(), blob.digest))
      .WithHint("nothing was taken; do not trust this registry, or the way to it");
}

Status BlobDownload::Into(const std::filesystem::path& file) {
  if (!IsDigest(blob_.digest)) {
    return InvalidArgument(fmt::format("'{}' is no digest", blob_.digest.substr(0, 80)));
  }
  if (Status opened = Open(file); !opened.ok()) return opened;
  bool had_some = received_ > 0;
  while (true) {
    Status done =
        session_.Retry([&] { return Step(); }, [&] { return std::exchange(progressed_, false); });
    if (!done.ok()) return done;
    if (hash_.Digest() == blob_.digest) return {};
    if (Status emptied = Empty(); !emptied.ok()) return emptied;
    if (!std::exchange(had_some, false)) break;  // What was there may be to blame, once.
  }
  unlink(path_.c_str());
  return WrongBytes(session_.where(), blob_);
}

Status BlobDownload::Open(const std::filesystem::path& path) {
  path_ = path;
  while (true) {
    file_ = FileDescriptor(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_.valid()) return FileError("cannot write", path, errno);
    while (flock(file_.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    // Who had it locked may have removed it meanwhile.
    struct stat opened{}, named{};
    if (fstat(file_.get(), &opened) == 0 && stat(path.c_str(), &named) == 0 &&
        opened.st_ino == named.st_ino) {
      return HashWhatIsThere();
    }
  }
}

Status BlobDownload::HashWhatIsThere() {
  std::vector<char> chunk(kChunk);
  while (true) {
    const ssize_t got = read(file_.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("cannot read", path_, errno);
    if (got == 0) break;
    hash_.Update({chunk.data(), static_cast<size_t>(got)});
    received_ += static_cast<uint64_t>(got);
  }
  if (received_ > blob_.size) return Empty();
  progress_.Reach(blob_, received_);
  return {};
}

Status BlobDownload::Empty() {
  if (ftruncate(file_.get(), 0) != 0 || lseek(file_.get(), 0, SEEK_SET) != 0) {
    return FileError("cannot write", path_, errno);
  }
  hash_ = Sha256();
  received_ = 0;
  progress_.Reach(blob_, 0);
  return {};
}

// Asks for what is missing.
Status BlobDownload::Step() {
  if (received_ == blob_.size) return {};
  const auto url = session_.UrlOf("blobs/" + blob_.digest);
  if (!url) return url.error();
  http::ClientRequest request{.url = *url};
  const uint64_t from = received_;
  has_begun_ = false;
  if (from > 0) request.headers.emplace_back("Range", fmt::format("bytes={}-", from));
  const auto answer = session_.Send(std::move(request), Access::kPull,
                                    [&](const http::ClientResponse& head, std::string_view bytes) {
                                      return Receive(head, from, bytes);
                                    });
  if (!answer) return answer.error();
  if (answer->status == 416) {
    Status emptied = Empty();
    return emptied.ok() ? Unavailable("a blob has to be asked for again") : emptied;
  }
  if (answer->status != 200 && answer->status != 206) {
    return session_.Unexpected(*answer, "read a blob");
  }
  if (received_ == blob_.size) return {};
  return Unavailable(fmt::format("registry '{}' has sent {} of {} bytes", session_.where().Host(),
                                 received_, blob_.size));
}

Status BlobDownload::Receive(const http::ClientResponse& head, uint64_t asked_from,
                             std::string_view bytes) {
  const bool is_first = !std::exchange(has_begun_, true);
  if (is_first && head.status == 200 && asked_from > 0) {
    // It does not give parts, so this is the beginning.
    if (Status emptied = Empty(); !emptied.ok()) return emptied;
  }
  if (is_first && head.status == 206 &&
      !head.Header("Content-Range").starts_with(fmt::format("bytes {}-", asked_from))) {
    return FailedPrecondition(fmt::format("registry '{}' sends another part than it was asked for",
                                          session_.where().Host()));
  }
  if (is_first && head.status == 200 && IsOtherSize(head, blob_.size)) {
    return WrongBytes(session_.where(), blob_);
  }
  if (bytes.size() > blob_.size - received_) return WrongBytes(session_.where(), blob_);
  hash_.Update(bytes);
  received_ += bytes.size();
  if (received_ > furthest_) progressed_ = true;  // What comes anew each time is no progress.
  furthest_ = std::max(furthest_, received_);
  if (Status written = WriteAll(file_, bytes, path_); !written.ok()) return written;
  progress_.Reach(blob_, received_);
  return {};
}

}  // namespace ekiben::registry
