// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::image {

// One thing in a layer. What a file's owner, group, times and other attributes are on this machine
// never gets into an image.
struct LayerEntry {
  enum class Kind { kFolder, kFile, kLink };

  Kind kind = Kind::kFile;
  int mode = 0644;                    // Permission bits.
  uint32_t owner = 0;                 // User and group.
  std::filesystem::path source = {};  // Where a file's bytes lie; empty where they are `text`.
  std::string text = {};              // A file's bytes, or what a link points to.
};

// What a layer is to hold: names to entries, in the order in which they are written. Reads no
// file's bytes. A value.
//
// Paths are relative to the image's root ("usr/bin/ekiben"). The folders above what is added come
// by themselves, with mode 0755, and an entry that is added again replaces the first.
class LayerTree {
 public:
  void AddFolder(std::string_view path, int mode = 0755, uint32_t owner = 0);
  void AddFile(std::string_view path, std::filesystem::path source, int mode = 0644);
  void AddText(std::string_view path, std::string text, int mode = 0644);
  void AddLink(std::string_view path, std::string target);

  // Says of what lies below the folder, by its path there, whether it is to be left out. What is
  // below a folder that is left out is not asked about.
  using LeaveOut = bool (*)(const std::filesystem::path& relative);

  // Everything below `folder`, which itself becomes `path`. Executable files become 0755, others
  // 0644. Fails where something is no file, folder or link, where a link leaves the folder, and
  // where a name means something to those who unpack layers (".wh.…" deletes).
  Status AddTree(std::string_view path, const std::filesystem::path& folder,
                 LeaveOut leave_out = nullptr);

  const std::map<std::string, LayerEntry>& entries() const { return entries_; }
  // Bytes of all its files, those not counted that cannot be read.
  uint64_t FileBytes() const;

 private:
  void Add(std::string_view path, LayerEntry entry);
  Status AddFound(const std::string& path, const std::filesystem::directory_entry& found,
                  const std::filesystem::path& folder);

  // A folder comes before what is in it, since its name is a prefix.
  std::map<std::string, LayerEntry> entries_;
};

}  // namespace ekiben::image
