// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "base/copy_file.h"
#include "base/file.h"
#include "image/image.h"
#include "image/layer_writer.h"
#include "store/staging.h"
#include "store/whole_file.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLayoutFile = "oci-layout";
constexpr const char* kLayoutText = R"({"imageLayoutVersion":"1.0.0"})";

// Adds what belongs to the image, and returns the list of it; nothing where there is nothing.
std::string AddAttachments(std::span<const Attachment> attachments, std::string_view image_json,
                           LayerTree& files) {
  if (attachments.empty()) return "";
  files.AddText(BlobPath(DigestOf(kEmptyJson)), std::string(kEmptyJson));
  for (const Attachment& attachment : attachments) {
    files.AddText(BlobPath(DigestOf(attachment.content)), attachment.content);
    const std::string manifest = AttachmentJson(attachment, image_json);
    files.AddText(BlobPath(DigestOf(manifest)), manifest);
  }
  std::string list = ReferrersJson(attachments, image_json);
  files.AddText(BlobPath(DigestOf(list)), list);
  return list;
}

// The files of a layout. In an archive docker finds the image by manifest.json, and everybody by
// its full name.
LayerTree FilesOf(const Image& image, std::span<const registry::Reference> names, bool in_archive) {
  LayerTree files;
  files.AddText(kLayoutFile, kLayoutText);
  const std::string referrers =
      in_archive ? "" : AddAttachments(image.attachments, image.manifest_json, files);
  files.AddText("index.json",
                IndexJson(image.manifest_json, image.config, names, in_archive, referrers));
  files.AddText(BlobPath(image.digest()), image.manifest_json);
  files.AddText(BlobPath(DigestOf(image.config_json)), image.config_json);
  for (size_t i = 0; i < image.files.size(); ++i) {
    files.AddFile(BlobPath(image.layers[i].blob.digest), image.files[i]);
  }
  if (in_archive) {
    files.AddText("manifest.json", DockerManifestJson(image.config_json, image.layers, names));
  }
  return files;
}

Status WriteTarFile(const LayerTree& files, const fs::path& path) {
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) return FileError("cannot write", path, errno);
  const auto put = [&](std::string_view bytes) { return WriteAll(file, bytes, path); };
  if (Status written = WriteTar(files, put, 0); !written.ok()) return written;
  return fdatasync(file.get()) == 0 ? Status() : FileError("cannot flush", path, errno);
}

Status WriteFolder(const LayerTree& files, const fs::path& folder) {
  if (Status made = store::MakeFolders(folder); !made.ok()) return made;
  for (const auto& [name, entry] : files.entries()) {
    const fs::path path = folder / name;
    std::error_code error;
    if (entry.kind == LayerEntry::Kind::kFolder) {
      fs::create_directory(path, error);
    } else if (entry.source.empty()) {
      if (Status written = WriteNewFile(path, entry.text); !written.ok()) return written;
    } else if (Status copied = CopyFile(entry.source, path, 0644); !copied.ok()) {
      return copied;
    }
    if (error) return FileError("cannot write", path, error.value());
  }
  return store::FlushTree(folder);
}

// Whether `folder` may be replaced: a layout, nothing, or not there at all.
bool MayReplace(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return true;
  return fs::is_directory(folder, error) &&
         (fs::exists(folder / kLayoutFile, error) || fs::is_empty(folder, error));
}

int Replace(const fs::path& staged, const fs::path& folder) {
  if (store::RenameToNew(staged, folder) == 0) return 0;
  if (errno != EEXIST) return errno;
  if (renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  std::error_code error;  // A file system that cannot exchange two names.
  fs::remove_all(folder, error);
  return rename(staged.c_str(), folder.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Status WriteArchive(const Image& image, std::span<const registry::Reference> names,
                    const fs::path& file) {
  const fs::path path = fs::absolute(file), beside = store::Beside(path);
  Status written = WriteTarFile(FilesOf(image, names, true), beside);
  if (written.ok() && rename(beside.c_str(), path.c_str()) != 0) {
    written = FileError("cannot write", file, errno);
  }
  std::error_code ignored;
  if (!written.ok()) fs::remove(beside, ignored);
  return written;
}

Status WriteLayout(const Image& image, std::span<const registry::Reference> names,
                   const fs::path& folder) {
  if (!MayReplace(folder)) {
    return FailedPrecondition(
               fmt::format("'{}' is there and is no layout of an image", folder.string()))
        .WithHint("name another folder, or remove it");
  }
  fs::path path = fs::absolute(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // It ended with a slash.
  const fs::path beside = store::Beside(path);
  Status written = WriteFolder(FilesOf(image, names, false), beside);
  if (written.ok()) {
    const int failed = Replace(beside, path);
    if (failed != 0) written = FileError("cannot write", folder, failed);
  }
  std::error_code ignored;
  fs::remove_all(beside, ignored);  // What failed, or what was there before.
  return written;
}

}  // namespace ekiben::image
