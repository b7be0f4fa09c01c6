// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace ekiben::signing {

// A key of ECDSA on P-256, as OpenSSL and cosign write it: PEM. A value; copies share the key.
class PublicKey {
 public:
  // kInvalidArgument where the text is no such key.
  static Result<PublicKey> Parse(std::string_view pem);
  static Result<PublicKey> Load(const std::filesystem::path& file);

  // Whether `signature` (DER) is one of `bytes` by the private half.
  bool Verifies(std::string_view bytes, std::string_view signature) const;

  // The first 16 hexadecimal digits of the SHA-256 of the key: what people tell keys apart by.
  std::string Id() const;
  std::string ToPem() const;

 protected:
  struct Handle;
  explicit PublicKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}

  std::shared_ptr<const Handle> handle_;
};

// Both halves.
class PrivateKey : public PublicKey {
 public:
  static Result<PrivateKey> Make();
  // `password` is not looked at where the key has none. kPermissionDenied where it is wrong.
  static Result<PrivateKey> Parse(std::string_view pem, std::string_view password);
  static Result<PrivateKey> Load(const std::filesystem::path& file, std::string_view password);

  // In DER.
  Result<std::string> Sign(std::string_view bytes) const;

  // PKCS #8, encrypted unless the password is empty.
  std::string ToPem(std::string_view password) const;

 private:
  using PublicKey::PublicKey;
};

// Writes NAME.key, which only its owner may read, and NAME.pub into `folder`. Both are new.
Status WriteKeyPair(const PrivateKey& key, std::string_view password,
                    const std::filesystem::path& folder, const std::string& name);

// Every key in the files and, with names that end with .pub, in the folders.
Result<std::vector<PublicKey>> LoadKeys(const std::vector<std::filesystem::path>& paths);

}  // namespace ekiben::signing
