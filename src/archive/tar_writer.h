// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "archive/file_bytes.h"
#include "archive/form.h"
#include "base/status.h"

namespace ekiben::archive {

// One thing in a tar. A value.
struct TarMember {
  enum class Kind { kFolder, kFile, kLink };

  std::string name = {};
  Kind kind = Kind::kFile;
  int mode = 0644;          // Permission bits.
  uint32_t owner = 0;       // User and group.
  uint64_t size = 0;        // Of a file, in bytes.
  std::string target = {};  // What a link points to.
};

// Writes a tar, member after member: POSIX's form, with extended headers only where a name or a
// size needs them. The same members in the same order give the same bytes, whoever writes them,
// when and where: all have one time, and there are no names of users.
class TarWriter {
 public:
  // `form` is one of the tars. `time`, in seconds since 1970, is that of every member.
  TarWriter(Form form, ByteSink sink, int64_t time = 0);
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  // Begins a member, whose bytes follow. Each fails with what `sink` fails with.
  Status Begin(const TarMember& member);
  Status Write(std::string_view bytes);
  // Ends the archive. Nothing may be added afterwards.
  Status Close();

 private:
  struct Archive;

  Status Failed() const;

  const std::unique_ptr<Archive> archive_;
  const int64_t time_;
};

}  // namespace ekiben::archive
