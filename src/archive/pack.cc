// SPDX-License-Identifier: Apache-2.0
#include "archive/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "archive/unpack.h"
#include "archive/zip.h"
#include "base/file.h"

namespace ekiben::archive {
namespace {

namespace fs = std::filesystem;

constexpr size_t kChunk = 1 << 20;

struct FreeArchive {
  void operator()(::archive* open) const { archive_write_free(open); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

// Removes what was begun beside the target, unless it has become the target.
class Beside {
 public:
  explicit Beside(const fs::path& target)
      : path_(target.parent_path() / fmt::format(".{}.{}", target.filename().string(), getpid())) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const fs::path& path() const { return path_; }
  Status Become(const fs::path& target) const {
    if (Status flushed = Flush(path_); !flushed.ok()) return flushed;
    std::error_code error;
    fs::rename(path_, target, error);
    if (error) return FileError("cannot write", target, error.value());
    return {};
  }

 private:
  const fs::path path_;
};

Status NoFile(const fs::path& path) {
  return InvalidArgument(fmt::format("'{}' is neither a file nor a folder", path.string()));
}

// A tar as ZipWriter is a zip.
class TarWriter {
 public:
  TarWriter(Form form, const FileDescriptor& file, fs::path path)
      : writer_(archive_write_new()), path_(std::move(path)) {
    ::archive* const writer = writer_.get();
    archive_write_set_format_pax_restricted(writer);
    if (form == Form::kGzip) archive_write_add_filter_gzip(writer);
    if (form == Form::kBzip2) archive_write_add_filter_bzip2(writer);
    if (form == Form::kXz) archive_write_add_filter_xz(writer);
    archive_write_set_options(writer, "hdrcharset=BINARY");
    if (form == Form::kGzip) archive_write_set_options(writer, "gzip:!timestamp");
    opened_ = archive_write_open_fd(writer, file.get()) == ARCHIVE_OK;
  }

  Status Begin(const std::string& name, uint64_t size, bool executable) {
    if (!opened_) return Failed();
    const bool is_folder = name.ends_with('/');
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), is_folder ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry.get(), is_folder || executable ? 0755 : 0644);
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    return archive_write_header(writer_.get(), entry.get()) == ARCHIVE_OK ? Status() : Failed();
  }
  Status Write(std::string_view bytes) {
    const la_ssize_t written = archive_write_data(writer_.get(), bytes.data(), bytes.size());
    return written == static_cast<la_ssize_t>(bytes.size()) ? Status() : Failed();
  }
  Status Close() { return archive_write_close(writer_.get()) == ARCHIVE_OK ? Status() : Failed(); }

 private:
  Status Failed() const {
    const int error = archive_errno(writer_.get());
    return FileError("cannot write", path_, error > 0 ? error : EIO);
  }

  const std::unique_ptr<::archive, FreeArchive> writer_;
  const fs::path path_;
  bool opened_ = false;
};

template <typename Writer>
Status WriteBytes(Writer& writer, const FileDescriptor& file, const fs::path& path, uint64_t left) {
  std::vector<char> buffer(std::min<uint64_t>(left, kChunk));
  while (left > 0) {
    const ssize_t size = read(file.get(), buffer.data(), std::min<uint64_t>(left, kChunk));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return FileError("cannot read", path, errno);
    if (size == 0) {
      return FailedPrecondition(
          fmt::format("'{}' became shorter while it was read", path.string()));
    }
    const auto some = static_cast<size_t>(size);
    if (Status written = writer.Write({buffer.data(), some}); !written.ok()) return written;
    left -= some;
  }
  return {};
}

template <typename Writer>
Status WriteMember(Writer& writer, const fs::path& path, const std::string& name) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat about{};
  if (!file.valid() || fstat(file.get(), &about) != 0) return FileError("cannot read", path, errno);
  if (S_ISDIR(about.st_mode)) return writer.Begin(name + '/', 0, true);
  if (!S_ISREG(about.st_mode)) return NoFile(path);
  const auto size = static_cast<uint64_t>(about.st_size);
  Status begun = writer.Begin(name, size, (about.st_mode & S_IXUSR) != 0);
  return begun.ok() ? WriteBytes(writer, file, path, size) : begun;
}

template <typename Writer>
Status WriteMembers(Writer& writer, const fs::path& folder, const std::vector<fs::path>& entries) {
  for (const fs::path& entry : entries) {
    Status written = WriteMember(writer, entry, entry.lexically_relative(folder).string());
    if (!written.ok()) return written;
  }
  return writer.Close();
}

Result<std::vector<fs::path>> Entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::file_type type = entry->symlink_status().type();
    if (type != fs::file_type::regular && type != fs::file_type::directory) {
      return Error(NoFile(entry->path()));
    }
    entries.push_back(entry->path());
  }
  if (error) return Error(FileError("cannot read the folder", folder, error.value()));
  std::ranges::sort(entries);
  return entries;
}

Status WriteArchive(const fs::path& folder, Form form, const fs::path& place) {
  const auto entries = Entries(folder);
  if (!entries) return entries.error();
  if (form == Form::kZip) {
    auto writer = ZipWriter::Open(place);
    return writer ? WriteMembers(*writer, folder, *entries) : writer.error();
  }
  const FileDescriptor file(
      open(place.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.valid()) return FileError("cannot write", place, errno);
  TarWriter writer(form, file, place);
  return WriteMembers(writer, folder, *entries);
}

Status WriteFolder(const fs::path& folder, const fs::path& place) {
  std::error_code error;
  fs::create_directory(place, error);
  if (error) return FileError("cannot make the folder", place, error.value());
  return Unpack(folder, Form::kFolder, place);
}

}  // namespace

Status Pack(const fs::path& folder, Form form, const fs::path& target) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(target, ignored);
  if (is_folder && (form != Form::kFolder || !fs::is_empty(target, ignored))) {
    return FailedPrecondition(fmt::format("'{}' is a folder that is there", target.string()))
        .WithHint("name a file, or a folder that does not exist yet");
  }
  const fs::path whole = fs::absolute(target, ignored);
  const Beside beside(whole);
  Status written = form == Form::kFolder ? WriteFolder(folder, beside.path())
                                         : WriteArchive(folder, form, beside.path());
  return written.ok() ? beside.Become(whole) : written;
}

}  // namespace ekiben::archive
