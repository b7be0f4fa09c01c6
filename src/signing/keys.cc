// SPDX-License-Identifier: Apache-2.0
#include "signing/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/sha256.h"

namespace ekiben::signing {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxKey = 64 << 10;
constexpr size_t kIdDigits = 16;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Bio Reading(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

std::string TextOf(const Bio& bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

// Gives the password, and nothing where none was asked of the user: OpenSSL would ask by itself.
int GivePassword(char* into, int most, int, void* password) {
  const auto& text = *static_cast<const std::string_view*>(password);
  const int size = std::min(most, static_cast<int>(text.size()));
  std::memcpy(into, text.data(), static_cast<size_t>(size));
  return size;
}

Status NoKey(std::string_view what) {
  ERR_clear_error();
  return InvalidArgument(fmt::format("this is no {} key of ECDSA on P-256", what))
      .WithHint("`ekiben keys new NAME` makes a pair");
}

bool IsP256(const EVP_PKEY* key) {
  char group[32] = "";
  size_t size = 0;
  return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         std::string_view(group, size) == "prime256v1";
}

// Its kind of PEM has scrypt and NaCl's secretbox inside.
bool IsOfCosign(std::string_view pem) {
  return pem.contains("ENCRYPTED SIGSTORE PRIVATE KEY") ||
         pem.contains("ENCRYPTED COSIGN PRIVATE KEY");
}

}  // namespace

struct PublicKey::Handle {
  Key key;
};

Result<PublicKey> PublicKey::Parse(std::string_view pem) {
  const Bio bio = Reading(pem);
  Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!IsP256(key.get())) return Error(NoKey("public"));
  return PublicKey(std::make_shared<Handle>(std::move(key)));
}

Result<PublicKey> PublicKey::Load(const fs::path& file) {
  const auto text = ReadFile(file, kMaxKey);
  if (!text) return Error(text.error());
  auto key = Parse(*text);
  if (!key) return Error(std::move(key).error().WithContext(fmt::format("'{}'", file.string())));
  return key;
}

bool PublicKey::Verifies(std::string_view bytes, std::string_view signature) const {
  const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool ok =
      EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, handle_->key.get()) == 1 &&
      EVP_DigestVerify(digest.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) == 1;
  ERR_clear_error();
  return ok;
}

std::string PublicKey::Id() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(handle_->key.get(), &der);
  const std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(std::max(size, 0)));
  OPENSSL_free(der);
  return Sha256Of(bytes).substr(0, kIdDigits);
}

std::string PublicKey::ToPem() const {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), handle_->key.get());
  return TextOf(bio);
}

Result<PrivateKey> PrivateKey::Make() {
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (!IsP256(key.get())) return Error(Internal("OpenSSL makes no keys"));
  return PrivateKey(std::make_shared<Handle>(std::move(key)));
}

Result<PrivateKey> PrivateKey::Parse(std::string_view pem, std::string_view password) {
  const Bio bio = Reading(pem);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, GivePassword, &password), EVP_PKEY_free);
  if (key == nullptr && IsOfCosign(pem)) {
    ERR_clear_error();
    return Error(
        InvalidArgument("the key is encrypted in cosign's own way, which only cosign reads")
            .WithHint("`cosign sign --key` signs with it what a registry has; `cosign "
                      "import-key-pair` takes one of `ekiben keys new` for both"));
  }
  if (key == nullptr && pem.contains("ENCRYPTED")) {
    ERR_clear_error();
    return Error(PermissionDenied(password.empty() ? "the key has a password"
                                                   : "the key has another password")
                     .WithHint("EKIBEN_KEY_PASSWORD has it, or --password-file names it"));
  }
  if (!IsP256(key.get())) return Error(NoKey("private"));
  return PrivateKey(std::make_shared<Handle>(std::move(key)));
}

Result<PrivateKey> PrivateKey::Load(const fs::path& file, std::string_view password) {
  const auto text = ReadFile(file, kMaxKey);
  if (!text) return Error(text.error());
  auto key = Parse(*text, password);
  if (!key) return Error(std::move(key).error().WithContext(fmt::format("'{}'", file.string())));
  return key;
}

Result<std::string> PrivateKey::Sign(std::string_view bytes) const {
  const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* const text = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t size = 0;
  std::string signature;
  bool ok =
      EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, handle_->key.get()) == 1 &&
      EVP_DigestSign(digest.get(), nullptr, &size, text, bytes.size()) == 1;
  if (ok) {
    signature.resize(size);
    ok = EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                        text, bytes.size()) == 1;
    signature.resize(size);
  }
  ERR_clear_error();
  return ok ? Result<std::string>(std::move(signature)) : Error(Internal("OpenSSL does not sign"));
}

std::string PrivateKey::ToPem(std::string_view password) const {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PKCS8PrivateKey(bio.get(), handle_->key.get(),
                                password.empty() ? nullptr : EVP_aes_256_cbc(), password.data(),
                                static_cast<int>(password.size()), nullptr, nullptr);
  return TextOf(bio);
}

Status WriteKeyPair(const PrivateKey& key, std::string_view password, const fs::path& folder,
                    const std::string& name) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return FileError("cannot make the folder", folder, error.value());
  const fs::path path = folder / (name + ".key");
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return FileError("cannot write", path, errno);
  const std::string pem = key.ToPem(password);
  Status written;
  if (write(file.get(), pem.data(), pem.size()) != static_cast<ssize_t>(pem.size()) ||
      fsync(file.get()) != 0) {
    written = FileError("cannot write", path, errno);
  }
  if (written.ok()) {
    written = WriteNewFile(folder / (name + ".pub"), key.PublicKey::ToPem());
  }
  if (!written.ok()) unlink(path.c_str());
  return written;
}

Result<std::vector<PublicKey>> LoadKeys(const std::vector<fs::path>& paths) {
  std::vector<PublicKey> keys;
  for (const fs::path& path : paths) {
    std::error_code error;
    std::vector<fs::path> files;
    if (fs::is_directory(path, error)) {
      for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
        if (entry.path().extension() == ".pub") files.push_back(entry.path());
      }
      std::ranges::sort(files);
    } else {
      files.push_back(path);
    }
    for (const fs::path& file : files) {
      auto key = PublicKey::Load(file);
      if (!key) return Error(std::move(key).error());
      keys.push_back(*std::move(key));
    }
  }
  return keys;
}

}  // namespace ekiben::signing
