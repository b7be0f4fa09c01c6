// SPDX-License-Identifier: Apache-2.0
#include "store/tag_store.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/nearest.h"
#include "store/bento_info.h"
#include "store/folders.h"
#include "store/model_info.h"
#include "store/random.h"
#include "store/store_lock.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxLatest = 256;
constexpr int kMostReadings = 16;  // Of what is deleted while it is read.

}  // namespace

template <typename Info>
Result<Info> TagStore<Info>::Read(const Tag& tag) const {
  const fs::path path = PathOf(tag);
  const fs::path file = path / kind_.manifest;
  const Result<std::string> text = ReadFile(file, kind_.most);
  if (!text && text.error().code() == Code::kNotFound) {
    return Error(FailedPrecondition(fmt::format("'{}' is no whole {}: it has no {}", path.string(),
                                                kind_.noun, kind_.manifest))
                     .WithHint(fmt::format("`{} delete {}` removes what is left of it",
                                           kind_.command, tag.ToString())));
  }
  if (!text) return Error(text.error());
  Result<Info> info = kind_.parse(*text);
  if (!info) return Error(std::move(info).error().WithContext(file.string()));
  if (info->tag != tag) {
    return Error(InvalidArgument(fmt::format("{}: name and version: expected '{}', got '{}'",
                                             file.string(), tag.ToString(), info->tag.ToString())));
  }
  info->path = path;
  if (Status checked = kind_.check(*info); !checked.ok()) {
    return Error(std::move(checked).WithContext(file.string()));
  }
  return info;
}

template <typename Info>
Listing<Info> TagStore<Info>::ReadAll(const std::vector<Tag>& tags) const {
  Listing listing;
  for (const Tag& tag : tags) {
    std::error_code ignored;
    Result<Info> info = Read(tag);
    if (info) {
      listing.found.push_back(*std::move(info));
    } else if (fs::exists(PathOf(tag), ignored)) {  // Else somebody has just deleted it.
      listing.unreadable.push_back(std::move(info).error());
    }
  }
  std::ranges::stable_sort(listing.found, std::ranges::greater(), &Info::creation_time);
  return listing;
}

template <typename Info>
Result<std::vector<Tag>> TagStore<Info>::Versions(const std::string& name) const {
  Result<std::vector<std::string>> versions = Subfolders(root() / name);
  if (!versions) return Error(std::move(versions).error());
  std::vector<Tag> tags;
  for (std::string& version : *versions) {
    tags.push_back({.name = name, .version = std::move(version)});
  }
  return tags;
}

template <typename Info>
Result<std::vector<Tag>> TagStore<Info>::Matching(std::string_view text) const {
  const Result<Tag> tag = Tag::Parse(text);
  if (!tag) return Error(tag.error());
  if (!tag->version.empty()) {
    const Result<Tag> found = Find(text);
    return found ? Result<std::vector<Tag>>({*found}) : Error(found.error());
  }
  Result<std::vector<Tag>> versions = Versions(tag->name);
  if (versions && versions->empty()) return Error(NotThere(*tag));
  return versions;
}

template <typename Info>
Result<store::Listing<Info>> TagStore<Info>::List(std::string_view text) const {
  std::vector<Tag> tags;
  std::vector<Status> unreadable;
  if (!text.empty()) {
    Result<std::vector<Tag>> matching = Matching(text);
    if (!matching) return Error(std::move(matching).error());
    tags = *std::move(matching);
  } else {
    const Result<std::vector<std::string>> names = Subfolders(root());
    if (!names) return Error(names.error());
    for (const std::string& name : *names) {
      const Result<std::vector<Tag>> versions = Versions(name);
      if (versions) tags.insert(tags.end(), versions->begin(), versions->end());
      if (!versions) unreadable.push_back(versions.error());
    }
  }
  Listing listing = ReadAll(tags);
  for (Info& one : listing.found) kind_.measure(one);
  std::ranges::move(unreadable, std::back_inserter(listing.unreadable));
  return listing;
}

template <typename Info>
Result<Tag> TagStore<Info>::Find(std::string_view text) const {
  const Result<Tag> tag = Tag::Parse(text);
  if (!tag) return tag;
  if (tag->WantsLatest()) return Newest(tag->name);

  const Result<std::vector<Tag>> versions = Versions(tag->name);
  if (!versions) return Error(versions.error());
  std::vector<std::string> matches;
  for (const Tag& one : *versions) {
    if (one.version == tag->version) return one;
    if (one.version.starts_with(tag->version)) matches.push_back(one.version);
  }
  if (matches.empty()) return Error(NotThere(*tag));
  if (matches.size() == 1) return Tag{.name = tag->name, .version = matches.front()};
  return Error(InvalidArgument(fmt::format("'{}' means {} versions: {}", tag->ToString(),
                                           matches.size(), fmt::join(matches, ", ")))
                   .WithHint("write more of the version"));
}

// What `latest` names, or the newest by creation time where that is none.
template <typename Info>
Result<Tag> TagStore<Info>::Newest(const std::string& name) const {
  std::error_code ignored;
  if (const Result<std::string> text = ReadFile(root() / name / kLatest, kMaxLatest)) {
    const std::string version = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
    const Tag tag{.name = name, .version = version};
    if (IsTagPart(version) && fs::exists(PathOf(tag) / kind_.manifest, ignored)) return tag;
  }
  const Result<std::vector<Tag>> versions = Versions(name);
  if (!versions) return Error(versions.error());
  Listing listing = ReadAll(*versions);
  if (!listing.found.empty()) return listing.found.front().tag;
  if (!listing.unreadable.empty()) return Error(std::move(listing.unreadable.front()));
  return Error(NotThere({.name = name}));
}

template <typename Info>
Result<Info> TagStore<Info>::Get(std::string_view text) const {
  for (int left = kMostReadings;; --left) {
    const Result<Tag> tag = Find(text);
    if (!tag) return Error(tag.error());
    Result<Info> info = Read(*tag);
    std::error_code ignored;
    if (info || fs::exists(PathOf(*tag), ignored)) return info;
    // Somebody has deleted it meanwhile: the newest is another one then.
    if (left == 0) return Error(NotThere(*tag));
  }
}

template <typename Info>
Status TagStore<Info>::NotThere(const Tag& tag) const {
  Status status = NotFound(
      fmt::format("{} '{}' is not in the store '{}'", kind_.noun, tag.ToString(), home_.string()));
  const Result<std::vector<Tag>> versions = Versions(tag.name);
  if (versions && !versions->empty()) {
    std::vector<std::string> texts;
    for (const Tag& one : *versions) texts.push_back(one.version);
    std::string hint = fmt::format("see `{} list {}`", kind_.command, tag.name);
    if (const auto near = NearestNames(tag.version, texts, 1); !near.empty()) {
      hint = fmt::format("did you mean '{}:{}'? {}", tag.name, near.front(), hint);
    }
    return std::move(status).WithHint(std::move(hint));
  }
  std::vector<std::string> names = Subfolders(root()).value_or(std::vector<std::string>());
  std::erase(names, tag.name);  // Where a killed writer has left its empty folder.
  if (names.empty()) {
    return std::move(status).WithHint(fmt::format("there are no {}s in it", kind_.noun));
  }
  const std::string guess = DidYouMean(tag.name, names);
  return std::move(status).WithHint(guess.empty() ? fmt::format("see `{} list`", kind_.command)
                                                  : guess);
}

template <typename Info>
fs::path TagStore<Info>::lock_file() const {
  return home_ / "tmp" / fmt::format("{}.lock", kind_.folder);
}

// How it is written. The order of the steps is what makes a crash harmless;
// docs/formats/model-store.md has it.

template <typename Info>
Result<Info> TagStore<Info>::ReadStaged(const StagingFolder& staging) const {
  const std::string manifest(kind_.manifest);
  const Result<std::string> text = ReadFile(staging.path() / manifest, kind_.most);
  if (!text && text.error().code() == Code::kNotFound) {
    return Error(InvalidArgument(fmt::format("it has no {}", manifest)));
  }
  if (!text) return Error(text.error());
  Result<Info> info = kind_.parse(*text);
  if (!info) return Error(std::move(info).error().WithContext(manifest));
  info->path = staging.path();
  if (Status checked = kind_.check(*info); !checked.ok()) {
    return Error(std::move(checked).WithContext(manifest));
  }
  return info;
}

template <typename Info>
Result<Info> TagStore<Info>::Publish(StagingFolder staging, const Tag& tag) const {
  Result<Info> info = ReadStaged(staging);
  if (!info) return info;
  if (info->tag != tag) {
    return Error(
        InvalidArgument(fmt::format("{}: name and version: expected '{}', got '{}'", kind_.manifest,
                                    tag.ToString(), info->tag.ToString())));
  }
  return Enter(std::move(staging), *std::move(info));
}

template <typename Info>
Result<Info> TagStore<Info>::Enter(StagingFolder staging, Info info) const {
  if (info.tag.version == kLatest) {
    return Error(
        InvalidArgument(fmt::format("'{}' is no version that a {} can have", kLatest, kind_.noun)));
  }
  info.path = PathOf(info.tag);
  const fs::path folder = root() / info.tag.name;
  Status status = FlushTree(staging.path());
  if (!status.ok()) return Error(std::move(status));

  const Result<StoreLock> lock = StoreLock::Take(lock_file());
  if (!lock) return Error(lock.error());
  if (status = MakeFolders(folder); !status.ok()) return Error(std::move(status));
  if (const int failed = RenameToNew(staging.path(), info.path); failed != 0) {
    return Error(RenameError(info.tag, staging.path(), info.path, failed));
  }
  // From here on it is in the store. A `latest` that could not be written is found out by
  // readers, so it is reported, but nothing is taken back.
  for (const fs::path& changed : {folder, root(), home_}) {
    if (status = Flush(changed); !status.ok()) return Error(std::move(status));
  }
  const Result<Tag> current = Newest(info.tag.name);
  const Result<Info> newest = current ? Read(*current) : Error(current.error());
  const bool is_newer = newest && newest->creation_time > info.creation_time;
  if (status = PointTo(is_newer ? *current : info.tag); !status.ok()) {
    return Error(std::move(status));
  }
  return info;
}

template <typename Info>
Status TagStore<Info>::RenameError(const Tag& tag, const fs::path& from, const fs::path& to,
                                   int error_number) const {
  if (error_number == EEXIST || error_number == ENOTEMPTY) {
    return FailedPrecondition(
               fmt::format("{} '{}' is in the store already", kind_.noun, tag.ToString()))
        .WithHint(
            fmt::format("leave the version out and a new one is made, or `{} delete {}` first",
                        kind_.command, tag.ToString()));
  }
  if (error_number == EXDEV) {
    return FailedPrecondition(fmt::format("'{}' and '{}' are on different file systems",
                                          from.parent_path().string(), to.parent_path().string()))
        .WithHint("set EKIBEN_HOME to a folder that is whole on one file system");
  }
  return FileError("cannot write", to, error_number);
}

template <typename Info>
Status TagStore<Info>::PointTo(const Tag& tag) const {
  const fs::path written = home_ / "tmp" / RandomName();
  const fs::path latest = root() / tag.name / kLatest;
  if (Status status = WriteNewFile(written, tag.version); !status.ok()) return status;
  std::error_code error;
  fs::rename(written, latest, error);
  if (error) {
    std::error_code ignored;
    fs::remove(written, ignored);
    return RenameError(tag, written, latest, error.value());
  }
  return Flush(latest.parent_path());
}

// Makes `latest` right after a version went; with the last one the name goes too.
template <typename Info>
Status TagStore<Info>::PointToNewest(const std::string& name) const {
  const Result<std::vector<Tag>> versions = Versions(name);
  if (!versions) return versions.error();
  const Listing rest = ReadAll(*versions);
  if (!rest.found.empty()) return PointTo(rest.found.front().tag);

  const fs::path folder = root() / name;
  std::error_code ignored;
  fs::remove(folder / kLatest, ignored);
  if (versions->empty()) fs::remove(folder, ignored);
  return Flush(root());
}

template <typename Info>
Status TagStore<Info>::RepairLatest(const std::string& name) const {
  if (Status made = MakeFolders(home_ / "tmp"); !made.ok()) return made;
  const Result<StoreLock> lock = StoreLock::Take(lock_file());
  return lock ? PointToNewest(name) : lock.error();
}

template <typename Info>
Status TagStore<Info>::Delete(const Tag& tag) const {
  const fs::path path = PathOf(tag);
  Result<StagingFolder> grave = StagingFolder::Make(home_);
  if (!grave) return grave.error();
  const Result<StoreLock> lock = StoreLock::Take(lock_file());
  if (!lock) return lock.error();
  const int failed = RenameToNew(path, grave->path() / tag.version);
  if (failed == ENOENT) return NotThere(tag);
  if (failed != 0) return RenameError(tag, path, grave->path() / tag.version, failed);
  if (Status flushed = Flush(path.parent_path()); !flushed.ok()) return flushed;
  return PointToNewest(tag.name);
}

template class TagStore<ModelInfo>;
template class TagStore<BentoInfo>;

}  // namespace ekiben::store
