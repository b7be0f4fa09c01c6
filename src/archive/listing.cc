// SPDX-License-Identifier: Apache-2.0
#include "archive/listing.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>

#include <fmt/format.h>

#include "archive/tar_reader.h"
#include "base/file.h"

namespace ekiben::archive {
namespace {

constexpr size_t kMost = 1'000'000;

Status ListAll(::archive* reader, const std::function<void(Listed)>& each) {
  for (size_t count = 0;; ++count) {
    const Result<archive_entry*> entry = NextMember(reader);
    if (!entry) return entry.error();
    if (*entry == nullptr) return {};
    if (count == kMost) return ResourceExhausted("there are a million things in it");
    const char* const name = archive_entry_pathname(*entry);
    if (name == nullptr) return InvalidArgument("a member's name cannot be read");
    each({.name = name, .is_folder = archive_entry_filetype(*entry) == AE_IFDIR});
  }
}

}  // namespace

Status ListTar(const std::filesystem::path& path, Form form,
               const std::function<void(Listed)>& each) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return FileError("cannot read", path, errno);
  const TarReader reader = TarReaderOf(form);
  const int opened = archive_read_open_fd(reader.get(), file.get(), kTarChunk);
  Status listed = opened == ARCHIVE_OK ? ListAll(reader.get(), each) : Damaged(reader.get());
  if (listed.ok()) return listed;
  return std::move(listed).WithContext(
      fmt::format("'{}' is no {} that can be read", path.string(), NameOf(form)));
}

}  // namespace ekiben::archive
