// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace ekiben {
namespace {

constexpr size_t kChunk = size_t{1} << 18;

}  // namespace

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

// These calls fail only where memory has run out, which ends the process elsewhere as well.
Sha256::Sha256() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Update(std::string_view bytes) {
  EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size());
}

std::string Sha256::Hex() {
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(context_->evp.get(), digest.data(), nullptr);
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string Sha256Of(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Hex();
}

std::string DigestOf(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Digest();
}

Result<std::string> Sha256OfFile(const std::filesystem::path& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return Error(FileError("cannot read", path, errno));
  auto hashed = HashOpenFile(file, path);
  if (!hashed) return Error(std::move(hashed).error());
  return std::move(hashed->sha256);
}

Result<HashedFile> HashOpenFile(const FileDescriptor& file, const std::filesystem::path& path) {
  Sha256 hash;
  HashedFile hashed;
  std::vector<char> chunk(kChunk);
  while (true) {
    const ssize_t got = read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(FileError("cannot read", path, errno));
    if (got == 0) break;
    hash.Update({chunk.data(), static_cast<size_t>(got)});
    hashed.size += static_cast<uint64_t>(got);
  }
  hashed.sha256 = hash.Hex();
  return hashed;
}

}  // namespace ekiben
