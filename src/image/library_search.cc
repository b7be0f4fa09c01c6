// SPDX-License-Identifier: Apache-2.0
#include "image/library_search.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "image/elf_file.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCacheFile = "/etc/ld.so.cache";
constexpr size_t kMaxCache = size_t{64} << 20;
constexpr std::string_view kCacheMagic = "glibc-ld.so.cache1.1";

#if defined(__x86_64__)
constexpr int32_t kCacheFlags = 0x0303;  // A library of ELF and glibc for x86-64.
constexpr std::array kSystemFolders = {"/lib/x86_64-linux-gnu",
                                       "/usr/lib/x86_64-linux-gnu",
                                       "/lib64",
                                       "/usr/lib64",
                                       "/lib",
                                       "/usr/lib"};
#elif defined(__aarch64__)
constexpr int32_t kCacheFlags = 0x0a03;
constexpr std::array kSystemFolders = {"/lib/aarch64-linux-gnu",
                                       "/usr/lib/aarch64-linux-gnu",
                                       "/lib64",
                                       "/usr/lib64",
                                       "/lib",
                                       "/usr/lib"};
#else
#error "which folders does the loader of this machine look in?"
#endif

// The head of /etc/ld.so.cache and one of its entries, as glibc's dl-cache.h has them. Texts are
// found by their distance from the head.
struct CacheHead {
  char magic[20];
  uint32_t libraries;
  uint32_t text_size;
  uint8_t flags;
  uint8_t padding[3];
  uint32_t extension;
  uint32_t unused[3];
};
struct CacheEntry {
  int32_t flags;
  uint32_t name, path;
  uint32_t os_version;
  uint64_t processor;  // Not 0: only for processors that have more.
};
static_assert(sizeof(CacheHead) == 48 && sizeof(CacheEntry) == 24);

std::string_view TextAt(std::string_view bytes, uint32_t at) {
  if (at >= bytes.size()) return {};
  const size_t end = bytes.find('\0', at);
  return end == bytes.npos ? std::string_view() : bytes.substr(at, end - at);
}

std::map<std::string, fs::path, std::less<>> ReadCache(std::string_view bytes) {
  std::map<std::string, fs::path, std::less<>> cache;
  // An older format may stand before this one.
  const size_t start = bytes.find(kCacheMagic);
  if (start == bytes.npos || bytes.size() - start < sizeof(CacheHead)) return cache;
  bytes.remove_prefix(start);
  CacheHead head{};
  std::memcpy(&head, bytes.data(), sizeof(head));
  for (uint32_t i = 0; i < head.libraries; ++i) {
    const size_t at = sizeof(CacheHead) + size_t{i} * sizeof(CacheEntry);
    if (at + sizeof(CacheEntry) > bytes.size()) break;
    CacheEntry entry{};
    std::memcpy(&entry, bytes.data() + at, sizeof(entry));
    if (entry.flags != kCacheFlags || entry.processor != 0) continue;
    const std::string_view name = TextAt(bytes, entry.name), path = TextAt(bytes, entry.path);
    if (!name.empty() && path.starts_with('/')) cache.emplace(name, path);
  }
  return cache;
}

std::string Replaced(std::string text, std::string_view what, const std::string& with) {
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// "$ORIGIN/../lib" seen from the file that says so.
std::vector<fs::path> Folders(const std::vector<std::string>& texts, const fs::path& origin) {
  std::vector<fs::path> folders;
  for (const std::string& text : texts) {
    folders.emplace_back(
        Replaced(Replaced(text, "${ORIGIN}", origin.string()), "$ORIGIN", origin.string()));
  }
  return folders;
}

bool IsElf(const fs::path& file) { return fs::exists(file) && ElfFile::Read(file).has_value(); }

}  // namespace

// What somebody needs is looked for in these, in this order, before anywhere else.
struct LibrarySearch::Needs {
  fs::path by;
  std::vector<fs::path> folders;
};

LibrarySearch::LibrarySearch() {
  if (const auto bytes = ReadFile(kCacheFile, kMaxCache)) cache_ = ReadCache(*bytes);
}

LibrarySearch::LibrarySearch(std::string_view cache) : cache_(ReadCache(cache)) {}

Result<fs::path> LibrarySearch::Find(const std::string& name, const Needs& needs) const {
  if (name.contains('/')) {
    if (IsElf(name)) return fs::path(name);
  } else {
    for (const fs::path& folder : needs.folders) {
      if (IsElf(folder / name)) return (folder / name).lexically_normal();
    }
    if (const auto cached = cache_.find(name); cached != cache_.end() && IsElf(cached->second)) {
      return cached->second;
    }
    for (const char* const folder : kSystemFolders) {
      if (IsElf(fs::path(folder) / name)) return fs::path(folder) / name;
    }
  }
  return Error(NotFound(fmt::format("'{}' needs the library '{}', which is not on this machine",
                                    needs.by.string(), name))
                   .WithHint("install the package that has it"));
}

bool LibrarySearch::IsLoader(const fs::path& library) const {
  std::error_code ignored;
  return !loader_.empty() && fs::equivalent(library, loader_, ignored);
}

Status LibrarySearch::AddNeeds(const fs::path& file, std::vector<fs::path> inherited) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) return FileError("cannot read", file, error.value());
  if (!seen_.insert(real).second) return {};
  const auto elf = ElfFile::Read(real);
  if (!elf) return elf.error();
  if (!elf->interpreter.empty()) {
    loader_ = elf->interpreter;
    found_.insert(loader_);
  }

  // A RUNPATH is its owner's alone and puts RPATHs out of force; an RPATH holds for what is needed
  // further down as well.
  Needs needs{.by = file};
  if (elf->runpath.empty()) {
    auto own = Folders(elf->rpath, real.parent_path());
    inherited.insert(inherited.begin(), own.begin(), own.end());
    needs.folders = inherited;
  } else {
    needs.folders = Folders(elf->runpath, real.parent_path());
  }
  for (const std::string& name : elf->needed) {
    const auto library = Find(name, needs);
    if (!library) return library.error();
    // The loader that runs already is not looked for again.
    if (IsLoader(*library)) continue;
    found_.insert(*library);
    if (Status added = AddNeeds(*library, inherited); !added.ok()) return added;
  }
  return {};
}

Status LibrarySearch::Add(const fs::path& file) { return AddNeeds(file, {}); }

std::set<fs::path> LibrarySearch::OtherFolders() const {
  std::set<fs::path> folders;
  for (const fs::path& file : found_) folders.insert(file.parent_path());
  for (const char* const folder : kSystemFolders) folders.erase(folder);
  return folders;
}

}  // namespace ekiben::image
