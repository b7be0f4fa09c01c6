// SPDX-License-Identifier: Apache-2.0
#include "registry/referrers.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/sha256.h"
#include "codec/json_document.h"

namespace ekiben::registry {
namespace {

constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";

std::string TagOf(std::string digest) {
  std::ranges::replace(digest, ':', '-');
  return digest;
}

void WriteDescriptor(JsonWriter& json, const Referrer& referrer) {
  const ManifestText& manifest = referrer.artifact.manifest;
  json.BeginObject()
      .Member("mediaType", manifest.media_type)
      .Member("digest", manifest.digest)
      .Key("size")
      .Int(static_cast<int64_t>(manifest.bytes.size()))
      .Member("artifactType", referrer.type)
      .EndObject();
}

Status CompleteList(Repository& repository, const std::string& tag,
                    std::span<const Referrer> referrers) {
  const auto there = repository.GetManifest(tag);
  if (!there && there.error().code() != Code::kNotFound) return there.error();
  const std::string before = there ? there->bytes : "";
  auto list = WithReferrers(before, referrers);
  if (!list) return std::move(list).error().WithContext(tag);
  if (*list == before) return {};
  ManifestText manifest{.media_type = std::string(kIndexType), .bytes = *std::move(list)};
  manifest.digest = DigestOf(manifest.bytes);
  return repository.PutManifest(tag, manifest);
}

}  // namespace

Result<std::string> WithReferrers(std::string_view list, std::span<const Referrer> referrers) {
  std::vector<std::string> kept;
  std::set<std::string> known;
  if (!list.empty()) {
    const auto read = codec::JsonValue::Parse(list);
    const codec::JsonValue* const manifests = read ? read->Find("manifests") : nullptr;
    if (manifests == nullptr) return Error(FailedPrecondition("it is no list of manifests"));
    for (const codec::JsonValue& one : manifests->items()) {
      const codec::JsonValue* const digest = one.Find("digest");
      if (digest != nullptr) known.insert(digest->text());
      kept.push_back(one.ToJson());
    }
  }
  const auto is_known = [&](const Referrer& one) {
    return known.contains(one.artifact.manifest.digest);
  };
  if (!list.empty() && std::ranges::all_of(referrers, is_known)) return std::string(list);
  JsonWriter json;
  json.BeginObject().Key("schemaVersion").Int(2).Member("mediaType", kIndexType);
  json.Key("manifests").BeginArray();
  for (const std::string& one : kept) json.Raw(one);
  for (const Referrer& one : referrers) {
    if (!is_known(one)) WriteDescriptor(json, one);
  }
  json.EndArray().EndObject();
  return json.text();
}

Status PushReferrers(Repository& repository, const std::string& subject,
                     std::span<const Referrer> referrers, Progress& progress) {
  for (const Referrer& referrer : referrers) {
    Status sent = Push(repository, referrer.artifact, {}, progress);
    if (!sent.ok()) return sent;
  }
  const auto lists = repository.ListsReferrers(subject);
  if (!lists) return lists.error();
  return *lists ? Status() : CompleteList(repository, TagOf(subject), referrers);
}

}  // namespace ekiben::registry
