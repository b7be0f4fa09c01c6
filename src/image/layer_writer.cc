// SPDX-License-Identifier: Apache-2.0
#include "image/layer_writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "archive/tar_writer.h"
#include "base/file.h"

namespace ekiben::image {
namespace {

using archive::TarMember;
using archive::TarWriter;

Status AddFile(TarWriter& tar, TarMember member, const std::filesystem::path& source) {
  const FileDescriptor file(open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file.valid() || fstat(file.get(), &status) != 0) {
    return FileError("cannot read", source, errno);
  }
  if (!S_ISREG(status.st_mode)) return FileError("cannot read", source, EISDIR);
  member.size = static_cast<uint64_t>(status.st_size);
  if (Status begun = tar.Begin(member); !begun.ok()) return begun;
  return archive::GiveBytes(file, source, member.size,
                            [&](std::string_view bytes) { return tar.Write(bytes); });
}

Status Add(TarWriter& tar, const std::string& name, const LayerEntry& entry) {
  TarMember member{.name = name, .mode = entry.mode, .owner = entry.owner};
  switch (entry.kind) {
    case LayerEntry::Kind::kFolder:
      member.kind = TarMember::Kind::kFolder;
      return tar.Begin(member);
    case LayerEntry::Kind::kLink:
      member.kind = TarMember::Kind::kLink;
      member.target = entry.text;
      return tar.Begin(member);
    case LayerEntry::Kind::kFile: break;
  }
  if (!entry.source.empty()) return AddFile(tar, std::move(member), entry.source);
  member.size = entry.text.size();
  if (Status begun = tar.Begin(member); !begun.ok()) return begun;
  return tar.Write(entry.text);
}

}  // namespace

Status WriteTar(const LayerTree& tree, const archive::ByteSink& sink, int64_t time) {
  TarWriter tar(archive::Form::kTar, sink, time);
  for (const auto& [name, entry] : tree.entries()) {
    if (Status added = Add(tar, name, entry); !added.ok()) return added;
  }
  return tar.Close();
}

Result<Blob> WriteLayer(const LayerTree& tree, const std::filesystem::path& path,
                        const LayerOptions& options, const BytesDone& done) {
  auto blob = BlobWriter::Create(path, options.level);
  if (!blob) return Error(std::move(blob).error());
  uint64_t total = 0;
  const auto compress = [&](std::string_view bytes) {
    Status written = (*blob)->Write(bytes);
    total += bytes.size();
    if (done) done(total);
    return written;
  };
  if (Status written = WriteTar(tree, compress, options.time); !written.ok()) {
    return Error(std::move(written));
  }
  return (*blob)->Finish();
}

}  // namespace ekiben::image
