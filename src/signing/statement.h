// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "signing/keys.h"

namespace ekiben::signing {

// What a signature says: that this is the manifest, and these are the files, of a bento or model;
// of an image, that this is the manifest. Written as the "simple signing" that cosign reads; what
// is ours is under `optional`.
struct Statement {
  std::string name = {};      // "iris_classifier:hrcxybszzsm3khqa"; an image's repository.
  std::string kind = {};      // "bento" or "model"; empty: an image.
  std::string manifest = {};  // The manifest's digest in registries. "sha256:…"
  std::string files = {};     // The digest of the files: store::TreeDigest(). "sha256:…"

  std::string ToJson() const;
  // Hostile until proven otherwise; one of cosign's own has no kind and no files.
  static Result<Statement> Parse(std::string_view json);
};

// The very bytes that were signed, and the signature in base64.
struct Signature {
  std::string payload = {};
  std::string signature = {};
  // What was signed, and the config that it names, where they are kept because the payload says
  // nothing of files. Whether they are the payload's is for those to check who read them.
  std::string manifest = {};
  std::string config = {};
};

Result<Signature> Sign(const Statement& statement, const PrivateKey& key);

enum class Mode { kOff, kWarn, kRequired };
// "off", "warn" and "required".
Result<Mode> ParseMode(std::string_view text);

// What is to be proven of something. A signature that says nothing of files, as cosign's own, is
// enough where the manifest is known: a manifest names all that belongs to it by digest.
struct Expected {
  std::string what = {};      // For messages: "bento 'iris:abc'"
  std::string manifest = {};  // Empty: not looked at.
  std::string files = {};     // Empty: not looked at.
};

// Whether one of the signatures is by one of the keys and says what is expected: its key's id.
// kPermissionDenied says why none is: unsigned, by a key that nobody trusts, or of something that
// was changed since.
Result<std::string> Verify(std::span<const Signature> signatures, std::span<const PublicKey> keys,
                           const Expected& expected);

}  // namespace ekiben::signing
