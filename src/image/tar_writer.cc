// SPDX-License-Identifier: Apache-2.0
#include "image/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"

namespace ekiben::image {
namespace {

constexpr size_t kChunk = size_t{1} << 18;

unsigned int FileType(LayerEntry::Kind kind) {
  switch (kind) {
    case LayerEntry::Kind::kFolder: return AE_IFDIR;
    case LayerEntry::Kind::kFile: return AE_IFREG;
    case LayerEntry::Kind::kLink: return AE_IFLNK;
  }
  return AE_IFREG;
}

}  // namespace

struct TarWriter::Archive {
  explicit Archive(ByteSink to) : sink(std::move(to)) {}
  ~Archive() { archive_write_free(handle); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  static la_ssize_t Write(archive* handle, void* self, const void* bytes, size_t size) {
    auto* const that = static_cast<Archive*>(self);
    if (!that->failure.ok()) return -1;
    that->failure = that->sink({static_cast<const char*>(bytes), size});
    if (that->failure.ok()) return static_cast<la_ssize_t>(size);
    archive_set_error(handle, EIO, "the sink failed");
    return -1;
  }

  archive* const handle = archive_write_new();
  const ByteSink sink;
  Status failure;  // Of the sink.
};

TarWriter::TarWriter(ByteSink sink, int64_t time)
    : archive_(std::make_unique<Archive>(std::move(sink))), time_(time) {
  archive_write_set_format_pax_restricted(archive_->handle);
  archive_write_set_bytes_per_block(archive_->handle, 0);
  archive_write_open(archive_->handle, archive_.get(), nullptr, Archive::Write, nullptr);
}

TarWriter::~TarWriter() = default;

Status TarWriter::Failure() const {
  if (!archive_->failure.ok()) return archive_->failure;
  const char* const text = archive_error_string(archive_->handle);
  return Internal(fmt::format("cannot write a tar archive: {}", text == nullptr ? "?" : text));
}

Status TarWriter::WriteHeader(const std::string& path, const LayerEntry& entry, int64_t size) {
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> header(archive_entry_new(),
                                                                             archive_entry_free);
  archive_entry_set_pathname(header.get(), path.c_str());
  archive_entry_set_filetype(header.get(), FileType(entry.kind));
  archive_entry_set_perm(header.get(), static_cast<__LA_MODE_T>(entry.mode));
  archive_entry_set_uid(header.get(), entry.owner);
  archive_entry_set_gid(header.get(), entry.owner);
  archive_entry_set_mtime(header.get(), time_, 0);
  archive_entry_set_size(header.get(), size);
  if (entry.kind == LayerEntry::Kind::kLink) {
    archive_entry_set_symlink(header.get(), entry.text.c_str());
  }
  // It warns of names that are not ASCII, since this program has no locale in which to read them,
  // and then writes them as the bytes that they are.
  return archive_write_header(archive_->handle, header.get()) >= ARCHIVE_WARN ? Status()
                                                                              : Failure();
}

Status TarWriter::WriteBytes(std::string_view bytes) {
  const la_ssize_t put = archive_write_data(archive_->handle, bytes.data(), bytes.size());
  return put == static_cast<la_ssize_t>(bytes.size()) ? Status() : Failure();
}

Status TarWriter::CopyFile(const std::filesystem::path& source, const std::string& path,
                           const LayerEntry& entry) {
  const FileDescriptor file(open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file.valid() || fstat(file.get(), &status) != 0) {
    return FileError("cannot read", source, errno);
  }
  if (!S_ISREG(status.st_mode)) return FileError("cannot read", source, EISDIR);
  if (Status begun = WriteHeader(path, entry, status.st_size); !begun.ok()) return begun;

  std::vector<char> chunk(std::min(kChunk, static_cast<size_t>(status.st_size) + 1));
  int64_t done = 0;
  while (true) {
    const ssize_t got = read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("cannot read", source, errno);
    done += got;
    if (done > status.st_size || (got == 0 && done < status.st_size)) {
      return FailedPrecondition(fmt::format("'{}' changed while it was read", source.string()));
    }
    if (got == 0) return {};
    if (Status put = WriteBytes({chunk.data(), static_cast<size_t>(got)}); !put.ok()) return put;
  }
}

Status TarWriter::Add(const std::string& path, const LayerEntry& entry) {
  if (entry.kind != LayerEntry::Kind::kFile) return WriteHeader(path, entry, 0);
  if (!entry.source.empty()) return CopyFile(entry.source, path, entry);
  if (Status begun = WriteHeader(path, entry, static_cast<int64_t>(entry.text.size()));
      !begun.ok()) {
    return begun;
  }
  return WriteBytes(entry.text);
}

Status TarWriter::Finish() {
  return archive_write_close(archive_->handle) == ARCHIVE_OK ? Status() : Failure();
}

}  // namespace ekiben::image
