// SPDX-License-Identifier: Apache-2.0
#include "archive/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <utility>

#include <fmt/format.h>

namespace ekiben::archive {
namespace {

constexpr int kChunk = 1 << 18;

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

unsigned int FileType(TarMember::Kind kind) {
  switch (kind) {
    case TarMember::Kind::kFolder: return AE_IFDIR;
    case TarMember::Kind::kFile: return AE_IFREG;
    case TarMember::Kind::kLink: return AE_IFLNK;
  }
  return AE_IFREG;
}

}  // namespace

// libarchive's writer and what takes its bytes.
struct TarWriter::Archive {
  explicit Archive(ByteSink to) : sink(std::move(to)) {}
  ~Archive() { archive_write_free(handle); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  static la_ssize_t Write(::archive* handle, void* self, const void* bytes, size_t size) {
    auto* const that = static_cast<Archive*>(self);
    if (that->failure.ok()) that->failure = that->sink({static_cast<const char*>(bytes), size});
    if (that->failure.ok()) return static_cast<la_ssize_t>(size);
    archive_set_error(handle, EIO, "the sink failed");
    return -1;
  }

  ::archive* const handle = archive_write_new();
  const ByteSink sink;
  Status failure;  // Of the sink.
};

TarWriter::TarWriter(Form form, ByteSink sink, int64_t time)
    : archive_(std::make_unique<Archive>(std::move(sink))), time_(time) {
  ::archive* const handle = archive_->handle;
  archive_write_set_format_pax_restricted(handle);
  if (form == Form::kGzip) archive_write_add_filter_gzip(handle);
  if (form == Form::kBzip2) archive_write_add_filter_bzip2(handle);
  if (form == Form::kXz) archive_write_add_filter_xz(handle);
  if (form == Form::kGzip) archive_write_set_options(handle, "gzip:!timestamp");
  archive_write_set_bytes_per_block(handle, kChunk);
  archive_write_set_bytes_in_last_block(handle, 1);  // As long as it is, not whole blocks.
  archive_write_open(handle, archive_.get(), nullptr, Archive::Write, nullptr);
}

TarWriter::~TarWriter() = default;

Status TarWriter::Failed() const {
  if (!archive_->failure.ok()) return archive_->failure;
  const char* const text = archive_error_string(archive_->handle);
  return Internal(fmt::format("cannot write a tar: {}", text == nullptr ? "?" : text));
}

Status TarWriter::Begin(const TarMember& member) {
  const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), member.name.c_str());
  archive_entry_set_filetype(entry.get(), FileType(member.kind));
  archive_entry_set_perm(entry.get(), static_cast<__LA_MODE_T>(member.mode));
  archive_entry_set_uid(entry.get(), member.owner);
  archive_entry_set_gid(entry.get(), member.owner);
  archive_entry_set_mtime(entry.get(), time_, 0);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.size));
  if (member.kind == TarMember::Kind::kLink) {
    archive_entry_set_symlink(entry.get(), member.target.c_str());
  }
  // It warns of names that are not ASCII, since this program has no locale in which to read them,
  // and then writes them as the bytes that they are. Told beforehand that they are bytes, it would
  // give every member an extended header.
  const int begun = archive_write_header(archive_->handle, entry.get());
  return begun >= ARCHIVE_WARN ? Status() : Failed();
}

Status TarWriter::Write(std::string_view bytes) {
  const la_ssize_t written = archive_write_data(archive_->handle, bytes.data(), bytes.size());
  return written == static_cast<la_ssize_t>(bytes.size()) ? Status() : Failed();
}

Status TarWriter::Close() {
  return archive_write_close(archive_->handle) == ARCHIVE_OK ? Status() : Failed();
}

}  // namespace ekiben::archive
