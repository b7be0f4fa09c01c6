// SPDX-License-Identifier: Apache-2.0
#include "store/digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/file.h"
#include "store/bento_yaml.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kChunk = size_t{1} << 18;

// One hash under way.
class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void Add(const char* bytes, size_t size) { EVP_DigestUpdate(context_.get(), bytes, size); }
  std::string Hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", bytes[i]);
    return hex;
  }

 private:
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

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
  Hash hash;
  std::vector<char> chunk(std::min<size_t>(kChunk, static_cast<size_t>(about.st_size) + 1));
  for (;;) {
    const ssize_t got = read(opened.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(FileError("cannot read", file, errno));
    if (got == 0) break;
    hash.Add(chunk.data(), static_cast<size_t>(got));
    entry.size += static_cast<uint64_t>(got);
  }
  entry.hash = hash.Hex();
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

std::string Sha256(std::string_view bytes) {
  Hash hash;
  hash.Add(bytes.data(), bytes.size());
  return hash.Hex();
}

Result<std::string> Sha256OfFile(const fs::path& file) {
  const auto entry = ReadEntry(file, file.string());
  return entry ? Result<std::string>(entry->hash) : Error(entry.error());
}

Result<std::string> TreeDigest(const fs::path& folder, std::string_view bento_yaml) {
  auto entries = ReadEntries(folder);
  if (!entries) return Error(std::move(entries).error());
  const std::string text = WhatCounts(bento_yaml);
  entries->push_back({.path = std::string(kBentoYaml), .size = text.size(), .hash = Sha256(text)});
  std::string lines;
  for (const Entry& entry : *entries) lines += entry.Line();
  return "sha256:" + Sha256(lines);
}

}  // namespace ekiben::store
