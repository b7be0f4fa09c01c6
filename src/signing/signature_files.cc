// SPDX-License-Identifier: Apache-2.0
#include "signing/signature_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/base64.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "codec/json_fields.h"
#include "store/whole_file.h"

namespace ekiben::signing {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxSignature = 8 << 20;  // A manifest and a config are in some.

Result<Signature> Read(const fs::path& file) {
  const auto text = ReadFile(file, kMaxSignature);
  if (!text) return Error(text.error());
  const auto document = codec::JsonValue::Parse(*text, {.max_bytes = kMaxSignature});
  if (!document) return Error(Status(document.error()).WithContext(file.string()));
  Status status;
  const codec::JsonFields fields(*document, "", status);
  const auto decoded = [&](const std::string& text) {
    auto bytes = DecodeBase64(text);
    if (status.ok() && !bytes) status = bytes.error();
    return bytes.value_or("");
  };
  Signature signature{.payload = decoded(fields.String("payload")),
                      .signature = fields.String("signature"),
                      .manifest = decoded(fields.StringOr("manifest", "")),
                      .config = decoded(fields.StringOr("config", ""))};
  if (!status.ok()) return Error(std::move(status).WithContext(file.string()));
  return signature;
}

}  // namespace

fs::path SignatureFolder(const fs::path& home, const std::string& kind, const std::string& name,
                         const std::string& version) {
  return home / "signatures" / (kind + "s") / name / version;
}

Result<std::vector<Signature>> ReadSignatures(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Signature> signatures;
  for (const fs::path& file : files) {
    auto signature = Read(file);
    if (!signature) return Error(std::move(signature).error());
    signatures.push_back(*std::move(signature));
  }
  return signatures;
}

Status WriteSignature(const fs::path& folder, const std::string& key_id,
                      const Signature& signature) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return FileError("cannot make the folder", folder, error.value());
  JsonWriter json;
  json.BeginObject()
      .Member("key", key_id)
      .Member("payload", EncodeBase64(signature.payload))
      .Member("signature", signature.signature);
  if (!signature.manifest.empty()) {
    json.Member("manifest", EncodeBase64(signature.manifest))
        .Member("config", EncodeBase64(signature.config));
  }
  json.EndObject();
  Status written = store::WriteWhole(folder / (key_id + ".json"), json.text() + "\n");
  return written.ok() ? Flush(folder) : written;
}

Status RemoveSignatures(const fs::path& folder) {
  std::error_code error, ignored;
  fs::remove_all(folder, error);
  if (error) return FileError("cannot remove", folder, error.value());
  fs::remove(folder.parent_path(), ignored);  // Unless another version has some.
  return {};
}

}  // namespace ekiben::signing
