// SPDX-License-Identifier: Apache-2.0
#include "image/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "base/file.h"

namespace ekiben::image {
namespace {

// A file's bytes as memory, for as long as this lives. Large files cost only what is looked at.
class Mapping {
 public:
  static Result<Mapping> Open(const std::filesystem::path& path) {
    const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (!file.valid() || fstat(file.get(), &status) != 0) {
      return Error(FileError("cannot read", path, errno));
    }
    if (!S_ISREG(status.st_mode) || status.st_size == 0) return Mapping({});
    const auto size = static_cast<size_t>(status.st_size);
    void* const start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (start == MAP_FAILED) return Error(FileError("cannot read", path, errno));
    return Mapping({static_cast<const char*>(start), size});
  }
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }

  std::string_view bytes() const { return bytes_; }

 private:
  explicit Mapping(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes_;
};

// Reads one file's headers and section. Nothing in the file is believed: every place is checked.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool Read(ElfFile& elf) {
    const auto header = At<Elf64_Ehdr>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_phentsize != sizeof(Elf64_Phdr)) {
      return false;
    }
    for (unsigned i = 0; i < header->e_phnum; ++i) {
      const auto segment = At<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
      if (!segment) return false;
      segments_.push_back(*segment);
    }
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_INTERP && !Text(segment.p_offset, elf.interpreter)) return false;
      if (segment.p_type == PT_DYNAMIC && !ReadDynamic(segment, elf)) return false;
    }
    return true;
  }

 private:
  template <typename T>
  std::optional<T> At(uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }

  bool Text(uint64_t offset, std::string& text) const {
    if (offset >= bytes_.size()) return false;
    const size_t end = bytes_.find('\0', offset);
    if (end == bytes_.npos) return false;
    text = bytes_.substr(offset, end - offset);
    return true;
  }

  // Where in the file an address of the loaded program lies.
  std::optional<uint64_t> OffsetOf(uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
          address - segment.p_vaddr < segment.p_filesz) {
        return segment.p_offset + (address - segment.p_vaddr);
      }
    }
    return std::nullopt;
  }

  bool ReadDynamic(const Elf64_Phdr& segment, ElfFile& elf) const {
    std::optional<uint64_t> texts;
    std::vector<Elf64_Dyn> entries;
    for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz; at += sizeof(Elf64_Dyn)) {
      const auto entry = At<Elf64_Dyn>(segment.p_offset + at);
      if (!entry) return false;
      if (entry->d_tag == DT_NULL) break;
      if (entry->d_tag == DT_STRTAB) texts = OffsetOf(entry->d_un.d_ptr);
      entries.push_back(*entry);
    }
    for (const Elf64_Dyn& entry : entries) {
      if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH && entry.d_tag != DT_RUNPATH) {
        continue;
      }
      std::string text;
      if (!texts || !Text(*texts + entry.d_un.d_val, text)) return false;
      if (entry.d_tag == DT_NEEDED) {
        elf.needed.push_back(std::move(text));
      } else {
        Split(text, entry.d_tag == DT_RPATH ? elf.rpath : elf.runpath);
      }
    }
    return true;
  }

  static void Split(std::string_view text, std::vector<std::string>& folders) {
    while (!text.empty()) {
      const size_t colon = std::min(text.find(':'), text.size());
      if (colon > 0) folders.emplace_back(text.substr(0, colon));
      text.remove_prefix(std::min(colon + 1, text.size()));
    }
  }

  const std::string_view bytes_;
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace

Result<ElfFile> ElfFile::Read(const std::filesystem::path& path) {
  const auto mapping = Mapping::Open(path);
  if (!mapping) return Error(mapping.error());
  ElfFile elf;
  if (Reader(mapping->bytes()).Read(elf)) return elf;
  return Error(InvalidArgument(
      fmt::format("'{}' is no program or library for this kind of machine", path.string())));
}

}  // namespace ekiben::image
