// SPDX-License-Identifier: Apache-2.0
#include "store/digest.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "base/sha256.h"
#include "store/bento_yaml.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

// What a file adds to the digest of its tree.
struct Entry {
  std::string path;
  bool executable = false;
  uint64_t size = 0;
  std::string hash;

  std::string Line() const {
    std::string line = path;
    line += '\0';
    line += executable ? 'x' : '-';
    line += '\0';
    line += fmt::format("{}", size);
    line += '\0';
    return line + hash + "\n";
  }
};

Result<Entry> ReadEntry(const fs::path& file, std::string path) {
  struct stat about{};
  const FileDescriptor opened(open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.valid() && errno != ELOOP) return Error(FileError("cannot read", file, errno));
  if (!opened.valid() || fstat(opened.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return Error(InvalidArgument(fmt::format("'{}' is neither a file nor a folder", path))
                     .WithHint("links and devices have no place in a bento"));
  }
  Entry entry{.path = std::move(path), .executable = (about.st_mode & S_IXUSR) != 0};
  auto hashed = HashOpenFile(opened, file);
  if (!hashed) return Error(std::move(hashed).error());
  entry.size = hashed->size;
  entry.hash = std::move(hashed->sha256);
  return entry;
}

// The text of bento.yaml without what differs between two builds of the same.
std::string WhatCounts(std::string_view bento_yaml) {
  constexpr std::string_view kFlow = ", digest: \"sha256:";
  std::string out;
  bool ours = false;
  while (!bento_yaml.empty()) {
    const size_t end = std::min(bento_yaml.find('\n'), bento_yaml.size() - 1);
    std::string line(bento_yaml.substr(0, end + 1));
    bento_yaml.remove_prefix(end + 1);
    if (line.starts_with("creation_time:") || line.starts_with("version:")) continue;
    if (line.front() != ' ') ours = line.starts_with("ekiben:");
    if (ours &&
        line.substr(std::min(line.find_first_not_of(' '), line.size())).starts_with("digest:")) {
      continue;
    }
    if (const size_t at = ours ? line.find(kFlow) : line.npos; at != line.npos) {
      const size_t close = line.find('"', at + kFlow.size());
      if (close != line.npos) line.erase(at, close + 1 - at);
    }
    out += line;
  }
  return out;
}

Result<std::vector<Entry>> ReadEntries(const fs::path& folder) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::recursive_directory_iterator one(folder, error), end; !error && one != end;
       one.increment(error)) {
    std::error_code ignored;
    if (one->is_directory(ignored) && !one->is_symlink(ignored)) continue;
    std::string path = one->path().lexically_relative(folder).string();
    if (path == kBentoYaml) continue;
    auto entry = ReadEntry(one->path(), std::move(path));
    if (!entry) return Error(std::move(entry).error());
    entries.push_back(*std::move(entry));
  }
  if (error) return Error(FileError("cannot read the folder", folder, error.value()));
  std::ranges::sort(entries, {}, &Entry::path);
  return entries;
}

}  // namespace

Result<std::string> TreeDigest(const fs::path& folder, std::string_view bento_yaml) {
  auto entries = ReadEntries(folder);
  if (!entries) return Error(std::move(entries).error());
  const std::string text = WhatCounts(bento_yaml);
  entries->push_back(
      {.path = std::string(kBentoYaml), .size = text.size(), .hash = Sha256Of(text)});
  std::string lines;
  for (const Entry& entry : *entries) lines += entry.Line();
  return ekiben::DigestOf(lines);
}

}  // namespace ekiben::store
