// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/status.h"

namespace ekiben {

// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(std::string_view bytes);

  // 64 hexadecimal digits, lower case. Nothing may be added afterwards.
  std::string Hex();
  // "sha256:" and Hex(), as manifests name things.
  std::string Digest() { return "sha256:" + Hex(); }

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// In 64 hexadecimal digits, lower case.
std::string Sha256Of(std::string_view bytes);
// "sha256:" and these.
std::string DigestOf(std::string_view bytes);
// Of a file's content, which is never in memory as a whole.
Result<std::string> Sha256OfFile(const std::filesystem::path& path);

struct HashedFile {
  std::string sha256 = {};
  uint64_t size = 0;  // The bytes that were read.
};
// Of what is left to read of an open file; `path` is what an error calls it.
Result<HashedFile> HashOpenFile(const FileDescriptor& file, const std::filesystem::path& path);

}  // namespace ekiben
