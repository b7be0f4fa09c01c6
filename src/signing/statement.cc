// SPDX-License-Identifier: Apache-2.0
#include "signing/statement.h"

#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/json_writer.h"
#include "codec/json_fields.h"

namespace ekiben::signing {
namespace {

using codec::JsonFields;
using codec::JsonValue;

constexpr size_t kMaxStatement = 64 << 10;
constexpr std::string_view kType = "cosign container image signature";

bool Fits(const Statement& statement, const Expected& expected) {
  const bool is_by_manifest = !expected.manifest.empty() && statement.files.empty();
  return (expected.manifest.empty() || statement.manifest == expected.manifest) &&
         (expected.files.empty() || is_by_manifest || statement.files == expected.files);
}

}  // namespace

std::string Statement::ToJson() const {
  JsonWriter json;
  json.BeginObject().Key("critical").BeginObject();
  json.Key("identity").BeginObject().Member("docker-reference", name).EndObject();
  json.Key("image").BeginObject().Member("docker-manifest-digest", manifest).EndObject();
  json.Member("type", kType).EndObject();
  json.Key("optional").BeginObject();
  if (!kind.empty()) {
    json.Member("ekiben.files", files).Member("ekiben.kind", kind).Member("ekiben.tag", name);
  }
  return json.EndObject().EndObject().text();
}

Result<Statement> Statement::Parse(std::string_view text) {
  const auto document = JsonValue::Parse(text, {.max_bytes = kMaxStatement});
  if (!document) return Error(Status(document.error()).WithContext("a signature's text"));
  Status status;
  Statement statement;
  const JsonFields fields(*document, "", status);
  fields.Object("critical", [&](const JsonFields& critical) {
    if (critical.String("type") != kType) critical.Fail("type", "of another kind");
    critical.Object("image", [&](const JsonFields& image) {
      statement.manifest = image.String("docker-manifest-digest");
    });
  });
  if (fields.Has("optional")) {
    fields.Object("optional", [&](const JsonFields& ours) {
      statement.files = ours.StringOr("ekiben.files", "");
      statement.kind = ours.StringOr("ekiben.kind", "");
      statement.name = ours.StringOr("ekiben.tag", "");
    });
  }
  if (!status.ok()) return Error(std::move(status).WithContext("a signature's text"));
  return statement;
}

Result<Signature> Sign(const Statement& statement, const PrivateKey& key) {
  Signature signature{.payload = statement.ToJson()};
  const auto bytes = key.Sign(signature.payload);
  if (!bytes) return Error(bytes.error());
  signature.signature = EncodeBase64(*bytes);
  return signature;
}

Result<Mode> ParseMode(std::string_view text) {
  if (text == "off") return Mode::kOff;
  if (text == "warn") return Mode::kWarn;
  if (text == "required") return Mode::kRequired;
  return Error(
      InvalidArgument(fmt::format("verify: expected required, warn or off, got '{}'", text)));
}

Result<std::string> Verify(std::span<const Signature> signatures, std::span<const PublicKey> keys,
                           const Expected& expected) {
  if (keys.empty()) {
    return Error(PermissionDenied(
                     fmt::format("no key is trusted, so nobody can have signed {}", expected.what))
                     .WithHint("`ekiben keys trust FILE.pub`, or --key FILE.pub"));
  }
  if (signatures.empty()) {
    return Error(PermissionDenied(fmt::format("{} is not signed", expected.what))
                     .WithHint("`ekiben sign` signs it where it was made"));
  }
  bool is_changed = false;
  for (const Signature& signature : signatures) {
    const auto bytes = DecodeBase64(signature.signature);
    if (!bytes) continue;
    for (const PublicKey& key : keys) {
      if (!key.Verifies(signature.payload, *bytes)) continue;
      const auto statement = Statement::Parse(signature.payload);
      if (statement && Fits(*statement, expected)) return key.Id();
      is_changed = true;
    }
  }
  if (is_changed) {
    return Error(PermissionDenied(fmt::format("{} was changed after it was signed", expected.what))
                     .WithHint("take it again from where it was made"));
  }
  return Error(
      PermissionDenied(fmt::format("{} is signed by a key that is not trusted", expected.what))
          .WithHint("`ekiben keys trust FILE.pub` trusts the one who has signed it"));
}

}  // namespace ekiben::signing
