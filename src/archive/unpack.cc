// SPDX-License-Identifier: Apache-2.0
#include "archive/unpack.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "archive/tar_reader.h"
#include "archive/target.h"
#include "archive/zip.h"
#include "base/file.h"

namespace ekiben::archive {
namespace {

namespace fs = std::filesystem;

Status UnpackMember(::archive* reader, archive_entry* entry, Target& target) {
  const char* const name = archive_entry_pathname(entry);
  if (name == nullptr) return InvalidArgument("a member's name cannot be read");
  const auto type = archive_entry_filetype(entry);
  const bool is_link = archive_entry_hardlink(entry) != nullptr;
  if (type == AE_IFDIR && !is_link) return target.AddFolder(name);
  if (type != AE_IFREG || is_link || archive_entry_sparse_count(entry) > 0) {
    return Target::NoFile(name);
  }
  const bool executable = (archive_entry_mode(entry) & S_IXUSR) != 0;
  return target.AddFile(name, executable, [&](char* into, size_t most) -> Result<size_t> {
    const la_ssize_t size = archive_read_data(reader, into, most);
    if (size < 0) return Error(Damaged(reader));
    return static_cast<size_t>(size);
  });
}

Status UnpackTar(const fs::path& source, Form form, const Members::Limits& limits, Target& target) {
  const FileDescriptor file(open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return FileError("cannot read", source, errno);
  const TarReader reader = TarReaderOf(form);
  if (archive_read_open_fd(reader.get(), file.get(), kTarChunk) != ARCHIVE_OK) {
    return Damaged(reader.get());
  }
  bool empty = true;
  while (true) {
    const Result<archive_entry*> entry = NextMember(reader.get());
    if (!entry) return entry.error();
    if (*entry == nullptr) break;
    // Headers and padding come on top of the files.
    const auto come_out = static_cast<uint64_t>(archive_filter_bytes(reader.get(), 0));
    if (come_out / 2 > limits.bytes + kTarChunk) return Members::TooLarge(limits);
    if (Status one = UnpackMember(reader.get(), *entry, target); !one.ok()) return one;
    empty = false;
  }
  return empty ? InvalidArgument("there is nothing in it") : Status();
}

Status CopyFile(const fs::path& from, const std::string& name, Target& target) {
  const FileDescriptor file(open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid()) return FileError("cannot read", from, errno);
  struct stat about{};
  fstat(file.get(), &about);
  const bool executable = (about.st_mode & S_IXUSR) != 0;
  return target.AddFile(name, executable, [&](char* into, size_t most) -> Result<size_t> {
    const ssize_t size = read(file.get(), into, most);
    if (size < 0) return Error(FileError("cannot read", from, errno));
    return static_cast<size_t>(size);
  });
}

Status CopyFolder(const fs::path& source, Target& target) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(source, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().lexically_relative(source).string();
    const fs::file_type type = entry->symlink_status().type();
    Status added;
    if (type == fs::file_type::directory) {
      added = target.AddFolder(name);
    } else if (type == fs::file_type::regular) {
      added = CopyFile(entry->path(), name, target);
    } else {
      added = Target::NoFile(name);
    }
    if (!added.ok()) return added;
  }
  return error ? FileError("cannot read the folder", source, error.value()) : Status();
}

}  // namespace

Status Unpack(const fs::path& source, Form form, const fs::path& folder) {
  std::error_code ignored;
  // A folder is as large as it is: it cannot grow by being read.
  const Members::Limits limits = form == Form::kFolder
                                     ? Members::Limits{.bytes = UINT64_MAX}
                                     : Members::LimitsFor(fs::file_size(source, ignored));
  return Unpack(source, form, folder, limits);
}

Status Unpack(const fs::path& source, Form form, const fs::path& folder, Members::Limits limits) {
  Target target(folder, limits);
  Status unpacked = form == Form::kFolder ? CopyFolder(source, target)
                    : form == Form::kZip  ? UnpackZip(source, target)
                                          : UnpackTar(source, form, limits, target);
  const Code code = unpacked.code();
  if (code != Code::kInvalidArgument && code != Code::kResourceExhausted) return unpacked;
  return std::move(unpacked).WithContext(
      fmt::format("'{}' is no {} that can be taken", source.string(), NameOf(form)));
}

}  // namespace ekiben::archive
