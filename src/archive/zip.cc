// SPDX-License-Identifier: Apache-2.0
#include "archive/zip.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <minizip/unzip.h>
#include <minizip/zip.h>

#include "base/file.h"

namespace ekiben::archive {
namespace {

namespace fs = std::filesystem;

constexpr uLong kUnix = 3;  // The system that wrote it: the upper half of attributes is a mode.
constexpr uLong kEncrypted = 1, kUtf8 = 1 << 11;
constexpr uLong kFirstOf1980 = (1 << 21) | (1 << 16);

struct CloseUnzip {
  void operator()(void* zip) const { unzClose(zip); }
};

Status Damaged() { return InvalidArgument("it is damaged"); }

Status UnpackMember(void* zip, Target& target) {
  unz_file_info64 info;
  std::array<char, 4097> buffer;
  if (unzGetCurrentFileInfo64(zip, &info, buffer.data(), buffer.size() - 1, nullptr, 0, nullptr,
                              0) != UNZ_OK ||
      info.size_filename >= buffer.size()) {
    return Damaged();
  }
  const std::string_view name(buffer.data(), info.size_filename);
  if (name.find('\0') != name.npos) return Damaged();
  const uLong mode = info.version >> 8 == kUnix ? info.external_fa >> 16 : 0;
  const uLong type = mode & S_IFMT;
  if (name.ends_with('/') || type == S_IFDIR) return target.AddFolder(name);
  if (type != 0 && type != S_IFREG) return Target::NoFile(name);
  if ((info.flag & kEncrypted) != 0) {
    return InvalidArgument(fmt::format("its member '{}' wants a password", name));
  }
  if (unzOpenCurrentFile(zip) != UNZ_OK) return Damaged();
  Status added =
      target.AddFile(name, (mode & S_IXUSR) != 0, [zip](char* into, size_t most) -> Result<size_t> {
        const int size = unzReadCurrentFile(zip, into, static_cast<unsigned>(most));
        if (size < 0) return Error(Damaged());
        return static_cast<size_t>(size);
      });
  const bool whole = unzCloseCurrentFile(zip) == UNZ_OK;  // Compares the checksum.
  return added.ok() && !whole ? Damaged() : added;
}

}  // namespace

Status UnpackZip(const fs::path& source, Target& target) {
  struct stat about{};
  if (stat(source.c_str(), &about) != 0) return FileError("cannot read", source, errno);
  const std::unique_ptr<void, CloseUnzip> zip(unzOpen64(source.c_str()));
  if (zip == nullptr) return Damaged();
  int found = unzGoToFirstFile(zip.get());
  if (found == UNZ_END_OF_LIST_OF_FILE) return InvalidArgument("there is nothing in it");
  for (; found == UNZ_OK; found = unzGoToNextFile(zip.get())) {
    if (Status one = UnpackMember(zip.get(), target); !one.ok()) return one;
  }
  return found == UNZ_END_OF_LIST_OF_FILE ? Status() : Damaged();
}

void ZipWriter::Free::operator()(void* zip) const { zipClose(zip, nullptr); }

Result<ZipWriter> ZipWriter::Open(const fs::path& path) {
  void* const zip = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
  if (zip == nullptr) return Error(FileError("cannot write", path, errno));
  return ZipWriter(zip, path);
}

Status ZipWriter::Begin(const std::string& name, uint64_t size, bool executable) {
  if (Status ended = EndMember(); !ended.ok()) return ended;
  const bool is_folder = name.ends_with('/');
  zip_fileinfo info{};
  info.dosDate = kFirstOf1980;
  info.external_fa = (is_folder ? S_IFDIR | 0755U : S_IFREG | (executable ? 0755U : 0644U)) << 16;
  constexpr uLong kMadeBy = (kUnix << 8) | 45;
  const int opened = zipOpenNewFileInZip4_64(
      zip_.get(), name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, is_folder ? 0 : Z_DEFLATED,
      Z_DEFAULT_COMPRESSION, 0, -MAX_WBITS, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY, nullptr, 0, kMadeBy,
      kUtf8, size >= UINT32_MAX ? 1 : 0);
  in_member_ = opened == ZIP_OK;
  return in_member_ ? Status() : Failed();
}

Status ZipWriter::Write(std::string_view bytes) {
  const int written =
      zipWriteInFileInZip(zip_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
  return written == ZIP_OK ? Status() : Failed();
}

Status ZipWriter::EndMember() {
  if (!std::exchange(in_member_, false)) return {};
  return zipCloseFileInZip(zip_.get()) == ZIP_OK ? Status() : Failed();
}

Status ZipWriter::Close() {
  if (Status ended = EndMember(); !ended.ok()) return ended;
  return zipClose(zip_.release(), nullptr) == ZIP_OK ? Status() : Failed();
}

Status ZipWriter::Failed() const {
  return FileError("cannot write", path_, errno != 0 ? errno : EIO);
}

}  // namespace ekiben::archive
