// SPDX-License-Identifier: Apache-2.0
#include "registry/repository.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/sha256.h"
#include "codec/json_document.h"
#include "registry/blob_download.h"

namespace ekiben::registry {
namespace {

constexpr size_t kMaxManifest = size_t{4} << 20;
constexpr size_t kMaxTags = 100'000;
constexpr int kMaxPages = 1000;
constexpr size_t kRandomName = 32;  // Digits of a name in HOME/tmp.
constexpr std::array kManifests = {"application/vnd.oci.image.manifest.v1+json",
                                   "application/vnd.oci.image.index.v1+json",
                                   "application/vnd.docker.distribution.manifest.v2+json",
                                   "application/vnd.docker.distribution.manifest.list.v2+json"};

http::HeaderList AcceptManifests() {
  std::string all;
  for (const char* const type : kManifests) all += (all.empty() ? "" : ", ") + std::string(type);
  return {{"Accept", all}};
}

std::string MediaTypeOf(const http::ClientResponse& answer) {
  const std::string_view type = answer.Header("Content-Type");
  return std::string(type.substr(0, type.find(';')));
}

// Where the next page is, of `Link: </v2/x/tags/list?n=2&last=b>; rel="next"`.
std::string_view NextOf(std::string_view link) {
  const size_t open = link.find('<'), close = link.find('>');
  if (open == link.npos || close == link.npos || close < open) return {};
  return link.substr(close).contains("next") ? link.substr(open + 1, close - open - 1)
                                             : std::string_view();
}

}  // namespace

Result<ManifestText> Repository::GetManifest(const std::string& wanted) {
  const auto url = session_.UrlOf("manifests/" + wanted);
  if (!url) return Error(url.error());
  ManifestText manifest;
  Status done = session_.Retry([&]() -> Status {
    auto answer = session_.Send({.url = *url, .headers = AcceptManifests()}, Access::kPull);
    if (!answer) return answer.error();
    if (answer->status == 404) {
      return NotFound(
          fmt::format("there is no '{}' in '{}/{}'", wanted, where().Host(), where().Path()));
    }
    if (answer->status != 200) return session_.Unexpected(*answer, "read the manifest");
    if (answer->body.size() > kMaxManifest) return FailedPrecondition("the manifest is too large");
    manifest = {.media_type = MediaTypeOf(*answer), .bytes = std::move(answer->body)};
    manifest.digest = DigestOf(manifest.bytes);
    const std::string_view said = answer->Header("Docker-Content-Digest");
    const std::string_view expected = IsDigest(wanted) ? std::string_view(wanted) : said;
    if (expected.empty() || expected == manifest.digest) return {};
    return FailedPrecondition(fmt::format("registry '{}' sends another manifest than '{}': its "
                                          "digest is {}",
                                          where().Host(), expected.substr(0, 80), manifest.digest))
        .WithHint("nothing was taken; do not trust this registry");
  });
  return done.ok() ? Result<ManifestText>(std::move(manifest)) : Error(std::move(done));
}

Result<std::optional<std::string>> Repository::FindManifest(const std::string& tag) {
  const auto url = session_.UrlOf("manifests/" + tag);
  if (!url) return Error(url.error());
  std::optional<std::string> digest;
  Status done = session_.Retry([&]() -> Status {
    const auto answer =
        session_.Send({.method = "HEAD", .url = *url, .headers = AcceptManifests()}, Access::kPush);
    if (!answer) return answer.error();
    if (answer->status == 404) return {};
    if (answer->status != 200) return session_.Unexpected(*answer, "ask for the manifest");
    digest = answer->Header("Docker-Content-Digest");
    return {};
  });
  if (!done.ok()) return Error(std::move(done));
  return digest;
}

Status Repository::PutManifest(const std::string& tag, const ManifestText& manifest) {
  const auto url = session_.UrlOf("manifests/" + tag);
  if (!url) return url.error();
  return session_.Retry([&]() -> Status {
    const auto answer = session_.Send({.method = "PUT",
                                       .url = *url,
                                       .headers = {{"Content-Type", manifest.media_type}},
                                       .text = manifest.bytes},
                                      Access::kPush);
    if (!answer) return answer.error();
    if (answer->status / 100 != 2) return session_.Unexpected(*answer, "write the manifest");
    const std::string_view said = answer->Header("Docker-Content-Digest");
    if (said.empty() || said == manifest.digest) return {};
    return FailedPrecondition(
        fmt::format("registry '{}' has kept another manifest than was sent", where().Host()));
  });
}

Result<bool> Repository::ListsReferrers(const std::string& digest) {
  const auto url = session_.UrlOf("referrers/" + digest);
  if (!url) return Error(url.error());
  bool lists = false;
  Status done = session_.Retry([&]() -> Status {
    const auto answer = session_.Send({.url = *url}, Access::kPush);
    if (!answer) return answer.error();
    lists = answer->status == 200;
    return {};
  });
  return done.ok() ? Result<bool>(lists) : Error(std::move(done));
}

Result<bool> Repository::HasBlob(const Descriptor& blob) {
  const auto url = session_.UrlOf("blobs/" + blob.digest);
  if (!url) return Error(url.error());
  bool there = false;
  Status done = session_.Retry([&]() -> Status {
    const auto answer = session_.Send({.method = "HEAD", .url = *url}, Access::kPush);
    if (!answer) return answer.error();
    there = answer->status == 200;
    return there || answer->status == 404 ? Status()
                                          : session_.Unexpected(*answer, "ask for a blob");
  });
  return done.ok() ? Result<bool>(there) : Error(std::move(done));
}

Repository::Repository(const Reference& where, SessionOptions options, std::filesystem::path home)
    : session_(where, std::move(options)), home_(std::move(home)) {
  if (!home_.empty()) places_.emplace(home_ / "cache" / "pushed");
}

UploadNote Repository::NoteOf(const Descriptor& blob) const {
  if (home_.empty()) return {};
  // As the names of other things in HOME/tmp, which are swept after a day.
  const std::string name =
      Sha256Of(fmt::format("upload {}/{} {}", where().Host(), where().Path(), blob.digest));
  return UploadNote::Open(home_ / "tmp" / name.substr(0, kRandomName));
}

Status Repository::Put(const Descriptor& blob, UploadNote note, const Send& send,
                       Progress& progress) {
  progress.Begin(blob);
  const auto there = HasBlob(blob);
  Status done = there ? Status() : there.error();
  BlobEnd end = BlobEnd::kThere;
  if (done.ok() && !*there) {
    BlobUpload upload(
        session_, blob, progress,
        {.note = std::move(note),
         .mount_from = places_ ? places_->Other(where(), blob.digest) : std::string()});
    done = send(upload);
    end = upload.is_mounted() ? BlobEnd::kMounted : BlobEnd::kSent;
  } else if (done.ok()) {
    note.Remove();
  }
  if (done.ok() && places_) places_->Add(where(), blob.digest);
  progress.End(blob, done.ok() ? end : BlobEnd::kFailed);
  return done;
}

Status Repository::PutBlob(const Descriptor& blob, const std::filesystem::path& file,
                           Progress& progress) {
  return Put(
      blob, NoteOf(blob), [&](BlobUpload& upload) { return upload.SendFile(file); }, progress);
}

Status Repository::PutBytes(const Descriptor& blob, std::string_view bytes, Progress& progress) {
  return Put(blob, {}, [&](BlobUpload& upload) { return upload.SendBytes(bytes); }, progress);
}

Status Repository::GetBlob(const Descriptor& blob, const std::filesystem::path& file,
                           Progress& progress) {
  progress.Begin(blob);
  Status done = BlobDownload(session_, blob, progress).Into(file);
  progress.End(blob, done.ok() ? BlobEnd::kReceived : BlobEnd::kFailed);
  return done;
}

Result<std::string> Repository::GetBytes(const Descriptor& blob, size_t most) {
  if (!IsDigest(blob.digest) || blob.size > most) {
    return Error(FailedPrecondition(fmt::format("a blob of {} bytes is too large", blob.size)));
  }
  const auto url = session_.UrlOf("blobs/" + blob.digest);
  if (!url) return Error(url.error());
  std::string bytes;
  Status done = session_.Retry([&]() -> Status {
    auto answer = session_.Send({.url = *url}, Access::kPull);
    if (!answer) return answer.error();
    if (answer->status != 200) return session_.Unexpected(*answer, "read a blob");
    bytes = std::move(answer->body);
    if (DigestOf(bytes) == blob.digest) return {};
    return WrongBytes(where(), blob);
  });
  return done.ok() ? Result<std::string>(std::move(bytes)) : Error(std::move(done));
}

Result<std::vector<std::string>> Repository::Tags() {
  auto url = session_.UrlOf("tags/list?n=1000");
  if (!url) return Error(url.error());
  std::vector<std::string> tags;
  for (int page = 0; page < kMaxPages && tags.size() < kMaxTags; ++page) {
    http::ClientResponse answer;
    Status done = session_.Retry([&]() -> Status {
      auto once = session_.Send({.url = *url}, Access::kPull);
      if (!once) return once.error();
      answer = *std::move(once);
      return {};
    });
    if (!done.ok()) return Error(std::move(done));
    if (answer.status == 404) {
      return Error(NotFound(fmt::format("there is no repository '{}' in registry '{}'",
                                        where().Path(), where().Host())));
    }
    const auto document = codec::JsonValue::Parse(answer.body);
    const codec::JsonValue* const list = document ? document->Find("tags") : nullptr;
    if (answer.status != 200 || list == nullptr) {
      return Error(session_.Unexpected(answer, "list the tags"));
    }
    for (const codec::JsonValue& tag : list->items()) {
      if (IsRegistryTag(tag.text())) tags.push_back(tag.text());
    }
    const std::string_view next = NextOf(answer.Header("Link"));
    if (next.empty()) break;
    const std::string origin = url->Origin();
    url = url->Resolve(next);
    if (!url || url->Origin() != origin) {
      return Error(FailedPrecondition("the list of tags goes on where nobody goes"));
    }
  }
  std::ranges::sort(tags);
  return tags;
}

}  // namespace ekiben::registry
