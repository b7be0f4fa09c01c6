// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_upload.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"

namespace ekiben::registry {
namespace {

// The number of bytes that "0-41" stands for: 42. Nothing where it is no range from 0.
std::optional<uint64_t> BytesOf(std::string_view range) {
  if (range.starts_with("bytes=")) range.remove_prefix(6);
  if (!range.starts_with("0-")) return std::nullopt;
  range.remove_prefix(2);
  uint64_t last = 0;
  const auto [end, error] = std::from_chars(range.data(), range.data() + range.size(), last);
  if (error != std::errc() || end != range.data() + range.size()) return std::nullopt;
  return last + 1;
}

}  // namespace

Status BlobUpload::SendFile(const std::filesystem::path& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (!file.valid() || fstat(file.get(), &about) != 0) return FileError("cannot read", path, errno);
  if (static_cast<uint64_t>(about.st_size) != blob_.size) {
    return FailedPrecondition(
        fmt::format("'{}' has {} bytes, not {}", path.string(), about.st_size, blob_.size));
  }
  return Send(&file, {});
}

Status BlobUpload::SendBytes(std::string_view bytes) { return Send(nullptr, bytes); }

Status BlobUpload::Send(const FileDescriptor* file, std::string_view bytes) {
  location_ = hints_.note.Location();
  is_earlier_ = is_unsure_ = location_.has_value();
  Status sent = session_.Retry([&] { return Step(file, bytes); },
                               [&] { return std::exchange(progressed_, false); });
  if (sent.ok()) hints_.note.Remove();
  return sent;
}

// What another process has begun is worth one try.
Status BlobUpload::Step(const FileDescriptor* file, std::string_view bytes) {
  Status status = GoOn(file, bytes);
  if (status.ok() || !is_earlier_) return status;
  if (status.code() == Code::kUnavailable && !IsElsewhere()) return status;
  BeginAgain();
  progressed_ = true;  // The next try is another one.
  return Unavailable(status.message());
}

bool BlobUpload::IsElsewhere() const {
  const auto own = session_.UrlOf("");
  return !own || !location_ || own->Origin() != location_->Origin();
}

void BlobUpload::BeginAgain() {
  location_.reset();
  is_earlier_ = is_unsure_ = false;
  arrived_ = 0;
  progress_.Reach(blob_, 0);
}

// From where the upload is to its end, or to the next failure.
Status BlobUpload::GoOn(const FileDescriptor* file, std::string_view bytes) {
  Status status = is_unsure_ && location_ ? AskWhere() : Status();
  if (status.ok() && !location_) status = Begin();
  if (!status.ok() || is_mounted_) return status;
  if (arrived_ < blob_.size) status = SendRest(file, bytes);
  return status.ok() ? Finish() : status;
}

Status BlobUpload::TakeLocation(const http::ClientResponse& answer) {
  const std::string_view location = answer.Header("Location");
  if (location.empty() && location_) return {};
  auto url = location_ ? location_->Resolve(location) : session_.UrlOf("")->Resolve(location);
  if (location.empty() || !url) {
    return FailedPrecondition(
        fmt::format("registry '{}' does not say where to send a blob", session_.where().Host()));
  }
  location_ = *std::move(url);
  hints_.note.Keep(*location_);
  return {};
}

// Asks for the blob of another repository. A registry that will not do it begins an upload, or
// refuses, which is no more than not to know of it.
Status BlobUpload::Mount() {
  const std::string from = std::exchange(hints_.mount_from, {});
  const auto url =
      session_.UrlOf(fmt::format("blobs/uploads/?mount={}&from={}",
                                 http::PercentEncoded(blob_.digest), http::PercentEncoded(from)));
  if (!url) return url.error();
  const auto answer = session_.Send({.method = "POST", .url = *url}, Access::kPush, nullptr, from);
  if (!answer) {
    return answer.error().code() == Code::kUnavailable ? answer.error() : Status();
  }
  is_mounted_ = answer->status == 201;
  return answer->status == 202 ? TakeLocation(*answer) : Status();
}

Status BlobUpload::Begin() {
  const auto url = session_.UrlOf("blobs/uploads/");
  if (!url) return url.error();
  arrived_ = 0;
  is_unsure_ = is_earlier_ = false;
  if (!hints_.mount_from.empty()) {
    Status mounted = Mount();
    if (!mounted.ok() || is_mounted_ || location_) return mounted;
  }
  const auto answer = session_.Send({.method = "POST", .url = *url}, Access::kPush);
  if (!answer) return answer.error();
  if (answer->status != 202) return session_.Unexpected(*answer, "begin to send a blob");
  return TakeLocation(*answer);
}

Status BlobUpload::AskWhere() {
  const auto answer = session_.Send({.url = *location_}, Access::kPush);
  if (!answer) return answer.error();
  is_unsure_ = false;
  const uint64_t before = arrived_;
  const auto bytes = BytesOf(answer->Header("Range"));
  if (answer->status != 204 || bytes.value_or(0) > blob_.size) {
    BeginAgain();  // It knows nothing of it any more.
    return {};
  }
  if (Status taken = TakeLocation(*answer); !taken.ok()) return taken;
  // An upload of nothing is said to be "0-0".
  arrived_ = bytes && *bytes > 1 ? *bytes : 0;
  if (arrived_ > before) progressed_ = true;
  progress_.Reach(blob_, arrived_);
  if (bytes && *bytes == 1) location_.reset();
  return {};
}

Status BlobUpload::SendRest(const FileDescriptor* file, std::string_view bytes) {
  const uint64_t left = blob_.size - arrived_;
  http::ClientRequest request{.method = "PATCH",
                              .url = *location_,
                              .headers = {{"Content-Type", "application/octet-stream"}}};
  if (arrived_ > 0) {
    request.headers.emplace_back("Content-Range", fmt::format("{}-{}", arrived_, blob_.size - 1));
  }
  if (file != nullptr) {
    request.part = {.file = file, .offset = arrived_, .size = left};
  } else {
    request.text = bytes.substr(arrived_);
  }
  uint64_t sent = arrived_;
  request.on_sent = [&](uint64_t more) { progress_.Reach(blob_, sent += more); };
  const auto answer = session_.Send(std::move(request), Access::kPush);
  is_unsure_ = true;  // Unless all goes well.
  if (!answer) return answer.error();
  if (answer->status == 404 || answer->status == 416) {
    return Unavailable(
        fmt::format("registry '{}' has lost track of a blob", session_.where().Host()));
  }
  if (answer->status != 202 && answer->status != 204) {
    return session_.Unexpected(*answer, "send a blob");
  }
  is_unsure_ = false;
  arrived_ = blob_.size;
  progressed_ = true;
  return TakeLocation(*answer);
}

Status BlobUpload::Finish() {
  http::Url url = *location_;
  url.target += url.target.contains('?') ? "&" : "?";
  url.target += "digest=" + http::PercentEncoded(blob_.digest);
  const auto answer = session_.Send({.method = "PUT",
                                     .url = std::move(url),
                                     .headers = {{"Content-Type", "application/octet-stream"}}},
                                    Access::kPush);
  is_unsure_ = true;
  if (!answer) return answer.error();
  if (answer->status == 201 || answer->status == 204) return {};
  if (answer->status == 404) {
    location_.reset();
    return Unavailable(fmt::format("registry '{}' has lost a blob", session_.where().Host()));
  }
  return session_.Unexpected(*answer, "end a blob");
}

}  // namespace ekiben::registry
