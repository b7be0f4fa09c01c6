// SPDX-License-Identifier: Apache-2.0
#include "archive/pack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "archive/file_bytes.h"
#include "archive/members.h"
#include "archive/tar_writer.h"
#include "archive/unpack.h"
#include "archive/zip.h"
#include "base/file.h"

namespace ekiben::archive {
namespace {

namespace fs = std::filesystem;

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

Status Begin(TarWriter& writer, const std::string& name, uint64_t size, bool executable) {
  if (name.ends_with('/')) {
    return writer.Begin({.name = name, .kind = TarMember::Kind::kFolder, .mode = 0755});
  }
  return writer.Begin({.name = name, .mode = executable ? 0755 : 0644, .size = size});
}

Status Begin(ZipWriter& writer, const std::string& name, uint64_t size, bool executable) {
  return writer.Begin(name, size, executable);
}

template <typename Writer>
Status WriteMember(Writer& writer, const fs::path& path, const std::string& name) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat about{};
  if (!file.valid() || fstat(file.get(), &about) != 0) return FileError("cannot read", path, errno);
  if (S_ISDIR(about.st_mode)) return Begin(writer, name + '/', 0, true);
  if (!S_ISREG(about.st_mode)) return NoFile(path);
  const auto size = static_cast<uint64_t>(about.st_size);
  if (Status begun = Begin(writer, name, size, (about.st_mode & S_IXUSR) != 0); !begun.ok()) {
    return begun;
  }
  return GiveBytes(file, path, size, [&](std::string_view bytes) { return writer.Write(bytes); });
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
  Members members({.bytes = UINT64_MAX});
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::file_type type = entry->symlink_status().type();
    if (type != fs::file_type::regular && type != fs::file_type::directory) {
      return Error(NoFile(entry->path()));
    }
    const std::string name = entry->path().lexically_relative(folder).string();
    auto taken = type == fs::file_type::directory ? members.AddFolder(name) : members.AddFile(name);
    if (!taken) {
      return Error(std::move(taken).error().WithContext(
          fmt::format("nobody could take what is packed of '{}'", folder.string())));
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
  TarWriter writer(form, [&](std::string_view bytes) { return WriteAll(file, bytes, place); });
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
