// SPDX-License-Identifier: Apache-2.0
#include "store/model_store.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/nearest.h"
#include "store/model_yaml.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxLatest = 256;

// The folders in `path` whose names may be part of a tag, sorted; none where there is no `path`.
Result<std::vector<std::string>> Subfolders(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename();
    if (IsTagPart(name) && entry->is_directory(ignored)) names.push_back(name);
  }
  if (error == std::errc::no_such_file_or_directory) return names;
  if (error) return Error(FileError("cannot read the folder", path, error.value()));
  std::ranges::sort(names);
  return names;
}

uint64_t SizeOf(const fs::path& path) {
  uint64_t size = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) size += entry->file_size(ignored);
  }
  return size;
}

// A native form's file must be there and must not be a link that leaves the model's folder.
Status CheckNativeFiles(const ModelInfo& info) {
  for (const NativeForm& form : info.native) {
    std::error_code error;
    const fs::path folder = fs::canonical(info.path, error);
    const fs::path file = fs::canonical(info.path / form.file, error);
    const std::string key = fmt::format("ekiben.native.{}.file", form.signature);
    if (error) {
      return FailedPrecondition(
          fmt::format("{}: '{}': {}", key, form.file.string(), error.message()));
    }
    if (std::ranges::mismatch(folder, file).in1 != folder.end()) {
      return InvalidArgument(
          fmt::format("{}: '{}' leads out of the model's folder", key, form.file.string()));
    }
  }
  return {};
}

}  // namespace

fs::path ModelStore::PathOf(const Tag& tag) const { return models() / tag.name / tag.version; }

Result<ModelInfo> ModelStore::Read(const Tag& tag) const {
  const fs::path path = PathOf(tag);
  const fs::path file = path / kModelYaml;
  const Result<std::string> text = ReadFile(file, kMaxModelYaml);
  if (!text && text.error().code() == Code::kNotFound) {
    return Error(FailedPrecondition(
                     fmt::format("'{}' is no whole model: it has no {}", path.string(), kModelYaml))
                     .WithHint(fmt::format("`ekiben models delete {}` removes what is left of it",
                                           tag.ToString())));
  }
  if (!text) return Error(text.error());
  Result<ModelInfo> info = ParseModelYaml(*text);
  if (!info) return Error(std::move(info).error().WithContext(file.string()));
  if (info->tag != tag) {
    return Error(InvalidArgument(fmt::format("{}: name and version: expected '{}', got '{}'",
                                             file.string(), tag.ToString(), info->tag.ToString())));
  }
  info->path = path;
  if (Status checked = CheckNativeFiles(*info); !checked.ok()) {
    return Error(std::move(checked).WithContext(file.string()));
  }
  return info;
}

ModelStore::Listing ModelStore::ReadAll(const std::vector<Tag>& tags) const {
  Listing listing;
  for (const Tag& tag : tags) {
    std::error_code ignored;
    Result<ModelInfo> info = Read(tag);
    if (info) {
      listing.models.push_back(*std::move(info));
    } else if (fs::exists(PathOf(tag), ignored)) {  // Else somebody has just deleted it.
      listing.unreadable.push_back(std::move(info).error());
    }
  }
  std::ranges::stable_sort(listing.models, std::ranges::greater(), &ModelInfo::creation_time);
  return listing;
}

Result<std::vector<Tag>> ModelStore::Versions(const std::string& name) const {
  Result<std::vector<std::string>> versions = Subfolders(models() / name);
  if (!versions) return Error(std::move(versions).error());
  std::vector<Tag> tags;
  for (std::string& version : *versions) {
    tags.push_back({.name = name, .version = std::move(version)});
  }
  return tags;
}

Result<std::vector<Tag>> ModelStore::Matching(std::string_view text) const {
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

Result<ModelStore::Listing> ModelStore::List(std::string_view text) const {
  std::vector<Tag> tags;
  std::vector<Status> unreadable;
  if (!text.empty()) {
    Result<std::vector<Tag>> matching = Matching(text);
    if (!matching) return Error(std::move(matching).error());
    tags = *std::move(matching);
  } else {
    const Result<std::vector<std::string>> names = Subfolders(models());
    if (!names) return Error(names.error());
    for (const std::string& name : *names) {
      const Result<std::vector<Tag>> versions = Versions(name);
      if (versions) tags.insert(tags.end(), versions->begin(), versions->end());
      if (!versions) unreadable.push_back(versions.error());
    }
  }
  Listing listing = ReadAll(tags);
  for (ModelInfo& model : listing.models) model.size = SizeOf(model.path);
  std::ranges::move(unreadable, std::back_inserter(listing.unreadable));
  return listing;
}

Result<Tag> ModelStore::Find(std::string_view text) const {
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

// What `latest` names, or the newest by creation time where that is no model.
Result<Tag> ModelStore::Newest(const std::string& name) const {
  std::error_code ignored;
  if (const Result<std::string> text = ReadFile(models() / name / kLatest, kMaxLatest)) {
    const std::string version = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
    const Tag tag{.name = name, .version = version};
    if (IsTagPart(version) && fs::exists(PathOf(tag) / kModelYaml, ignored)) return tag;
  }
  const Result<std::vector<Tag>> versions = Versions(name);
  if (!versions) return Error(versions.error());
  Listing listing = ReadAll(*versions);
  if (!listing.models.empty()) return listing.models.front().tag;
  if (!listing.unreadable.empty()) return Error(std::move(listing.unreadable.front()));
  return Error(NotThere({.name = name}));
}

Result<ModelInfo> ModelStore::Get(std::string_view text) const {
  const Result<Tag> tag = Find(text);
  if (!tag) return Error(tag.error());
  Result<ModelInfo> info = Read(*tag);
  std::error_code ignored;
  // Somebody deletes it right now.
  if (!info && !fs::exists(PathOf(*tag), ignored)) return Error(NotThere(*tag));
  return info;
}

Status ModelStore::NotThere(const Tag& tag) const {
  Status status =
      NotFound(fmt::format("model '{}' is not in the store '{}'", tag.ToString(), home_.string()));
  const Result<std::vector<Tag>> versions = Versions(tag.name);
  if (versions && !versions->empty()) {
    std::vector<std::string> texts;
    for (const Tag& one : *versions) texts.push_back(one.version);
    std::string hint = fmt::format("see `ekiben models list {}`", tag.name);
    if (const auto near = NearestNames(tag.version, texts, 1); !near.empty()) {
      hint = fmt::format("did you mean '{}:{}'? {}", tag.name, near.front(), hint);
    }
    return std::move(status).WithHint(std::move(hint));
  }
  const std::vector<std::string> names = Subfolders(models()).value_or(std::vector<std::string>());
  if (names.empty()) return std::move(status).WithHint("there are no models in it");
  const std::string guess = DidYouMean(tag.name, names);
  return std::move(status).WithHint(guess.empty() ? "see `ekiben models list`" : guess);
}

}  // namespace ekiben::store
