// SPDX-License-Identifier: Apache-2.0
#include "registry/upload_note.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <system_error>

namespace ekiben::registry {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxUrl = 16 << 10;

}  // namespace

UploadNote UploadNote::Open(const fs::path& file) {
  UploadNote note;
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  // Only its owner reads it: some registries let in who knows the URL.
  FileDescriptor opened(open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.valid() || flock(opened.get(), LOCK_EX | LOCK_NB) != 0) return note;
  struct stat locked{}, named{};
  const bool is_still_there = fstat(opened.get(), &locked) == 0 &&
                              stat(file.c_str(), &named) == 0 && locked.st_ino == named.st_ino;
  if (!is_still_there) return note;  // Whoever had it has come to the end.
  note.path_ = file;
  note.file_ = std::move(opened);
  return note;
}

std::optional<http::Url> UploadNote::Location() const {
  if (!file_.valid()) return std::nullopt;
  std::string text(kMaxUrl, '\0');
  const ssize_t got = pread(file_.get(), text.data(), text.size(), 0);
  if (got <= 0) return std::nullopt;
  text.resize(static_cast<size_t>(got));
  auto url = http::Url::Parse(text);
  return url ? std::optional(*std::move(url)) : std::nullopt;
}

void UploadNote::Keep(const http::Url& location) {
  if (!file_.valid()) return;
  const std::string text = location.ToString();
  const bool is_kept =
      ftruncate(file_.get(), 0) == 0 &&
      pwrite(file_.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (!is_kept) Remove();
}

void UploadNote::Remove() {
  if (!file_.valid()) return;
  unlink(path_.c_str());
  file_.Reset();
}

}  // namespace ekiben::registry
