// SPDX-License-Identifier: Apache-2.0
#include "image/file_hashes.h"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/sha256.h"
#include "store/staging.h"
#include "store/whole_file.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "ekiben file hashes 1\n";
constexpr size_t kMaxMemory = size_t{64} << 20;
constexpr size_t kMaxFiles = 50'000;  // Beyond that, what nobody asked for goes.

struct Stamp {
  std::string text = {};
  int64_t age = 0;  // Seconds since the last change of anything.
};

std::optional<Stamp> StampOf(const fs::path& file) {
  struct stat about = {};
  timespec now = {};
  if (stat(file.c_str(), &about) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0) return {};
  const auto& content = about.st_mtim;
  const auto& any = about.st_ctim;
  return Stamp{
      .text = fmt::format("{}:{}:{}:{}.{}:{}.{}", about.st_dev, about.st_ino, about.st_size,
                          content.tv_sec, content.tv_nsec, any.tv_sec, any.tv_nsec),
      .age = now.tv_sec - any.tv_sec};
}

std::string_view NextWord(std::string_view& line) {
  const size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool IsHash(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

FileHashes::FileHashes(fs::path memory, int64_t settled)
    : memory_(std::move(memory)), settled_(settled) {
  if (const auto text = ReadFile(memory_, kMaxMemory)) Parse(*text);
}

// A line for each: hash, stamp, path.
void FileHashes::Parse(std::string_view text) {
  // What was cut off ends within a line, and an older ekiben may have written another form.
  if (!text.starts_with(kHeader) || !text.ends_with('\n')) return;
  text.remove_prefix(kHeader.size());
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::string_view hash = NextWord(line);
    const std::string_view stamp = NextWord(line);
    if (!IsHash(hash) || stamp.empty() || line.empty()) continue;
    known_.insert_or_assign(std::string(line),
                            Known{.stamp = std::string(stamp), .hash = std::string(hash)});
  }
}

std::string FileHashes::Text() const {
  std::string text(kHeader);
  const bool keeps_all = known_.size() <= kMaxFiles;
  for (const auto& [path, known] : known_) {
    if (!keeps_all && !known.asked) continue;
    text += fmt::format("{} {} {}\n", known.hash, known.stamp, path);
  }
  return text;
}

FileHashes::~FileHashes() {
  if (!changed_ || !store::MakeFolders(memory_.parent_path()).ok()) return;
  // What cannot be remembered costs time only.
  static_cast<void>(store::WriteWhole(memory_, Text()));
}

Result<std::string> FileHashes::HashOf(const fs::path& file) {
  const auto before = StampOf(file);
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(file.native());
    if (before && found != known_.end() && found->second.stamp == before->text) {
      found->second.asked = true;
      return found->second.hash;
    }
    ++read_;
  }
  auto hash = Sha256OfFile(file);
  if (!hash) return hash;
  const auto after = StampOf(file);
  const bool is_line = file.native().find('\n') == std::string::npos && file.is_absolute();
  if (before && after && before->text == after->text && after->age >= settled_ && is_line) {
    const std::lock_guard lock(mutex_);
    known_.insert_or_assign(file.native(),
                            Known{.stamp = after->text, .hash = *hash, .asked = true});
    changed_ = true;
  }
  return hash;
}

}  // namespace ekiben::image
