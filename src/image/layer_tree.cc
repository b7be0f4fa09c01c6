// SPDX-License-Identifier: Apache-2.0
#include "image/layer_tree.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWhiteout = ".wh.";  // Of the OCI image specification.

// Whether a link at `at`, which is below `root`, stays below it.
bool Stays(const fs::path& at, const fs::path& target, const fs::path& root) {
  if (target.is_absolute()) return false;
  const fs::path end = (at.parent_path() / target).lexically_relative(root).lexically_normal();
  return !end.empty() && *end.begin() != "..";
}

}  // namespace

void LayerTree::Add(std::string_view path, LayerEntry entry) {
  for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    entries_.try_emplace(std::string(path.substr(0, slash)),
                         LayerEntry{.kind = LayerEntry::Kind::kFolder, .mode = 0755});
  }
  entries_.insert_or_assign(std::string(path), std::move(entry));
}

void LayerTree::AddFolder(std::string_view path, int mode, uint32_t owner) {
  Add(path, {.kind = LayerEntry::Kind::kFolder, .mode = mode, .owner = owner});
}

void LayerTree::AddFile(std::string_view path, fs::path source, int mode) {
  Add(path, {.mode = mode, .source = std::move(source)});
}

void LayerTree::AddText(std::string_view path, std::string text, int mode) {
  Add(path, {.mode = mode, .text = std::move(text)});
}

void LayerTree::AddLink(std::string_view path, std::string target) {
  Add(path, {.kind = LayerEntry::Kind::kLink, .mode = 0777, .text = std::move(target)});
}

uint64_t LayerTree::FileBytes() const {
  uint64_t bytes = 0;
  for (const auto& [path, entry] : entries_) {
    std::error_code error;
    if (entry.kind != LayerEntry::Kind::kFile) continue;
    const uint64_t size =
        entry.source.empty() ? entry.text.size() : fs::file_size(entry.source, error);
    if (!error) bytes += size;
  }
  return bytes;
}

Status LayerTree::AddFound(const std::string& path, const fs::directory_entry& found,
                           const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = found.symlink_status(error);
  if (error) return FileError("cannot read", found.path(), error.value());
  if (found.path().filename().string().starts_with(kWhiteout)) {
    return InvalidArgument(fmt::format("'{}' cannot be in an image: a name that begins with "
                                       "'.wh.' deletes what it names",
                                       found.path().string()))
        .WithHint("rename it");
  }
  switch (status.type()) {
    case fs::file_type::directory: AddFolder(path); return {};
    case fs::file_type::regular:
      AddFile(path, found.path(),
              (status.permissions() & fs::perms::owner_exec) != fs::perms::none ? 0755 : 0644);
      return {};
    case fs::file_type::symlink: {
      const fs::path target = fs::read_symlink(found.path(), error);
      if (error) return FileError("cannot read", found.path(), error.value());
      if (!Stays(found.path(), target, folder)) {
        return InvalidArgument(fmt::format("the link '{}' to '{}' leaves its folder",
                                           found.path().string(), target.string()))
            .WithHint("put the file itself in its place");
      }
      AddLink(path, target.string());
      return {};
    }
    default:
      return InvalidArgument(
          fmt::format("'{}' is neither a file nor a folder nor a link", found.path().string()));
  }
}

Status LayerTree::AddTree(std::string_view path, const fs::path& folder, LeaveOut leave_out) {
  AddFolder(path);
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    const fs::path relative = entry->path().lexically_relative(folder);
    if (leave_out != nullptr && leave_out(relative)) {
      entry.disable_recursion_pending();
      continue;
    }
    const std::string name = fmt::format("{}/{}", path, relative.string());
    if (Status added = AddFound(name, *entry, folder); !added.ok()) return added;
  }
  return error ? FileError("cannot read the folder", folder, error.value()) : Status();
}

}  // namespace ekiben::image
