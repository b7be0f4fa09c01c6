// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "store/staging.h"
#include "store/tag.h"

namespace ekiben::store {

// What a store found.
template <typename Info>
struct Listing {
  std::vector<Info> found;         // Newest first, with their sizes.
  std::vector<Status> unreadable;  // One for each folder that is none; it hides no other.
};

// What tells a store of models from one of bentos.
template <typename Info>
struct Kind {
  std::string_view folder;    // Below the home; its lock is HOME/tmp/<folder>.lock.
  std::string_view noun;      // "model"
  std::string_view command;   // What "list" and "delete" come after: "ekiben models".
  std::string_view manifest;  // The file that makes a folder a whole one.
  size_t most = 0;            // Bytes of that file.
  Result<Info> (*parse)(const std::string& manifest) = nullptr;
  Status (*check)(const Info& info) = nullptr;  // What the text alone does not tell.
  void (*measure)(Info& info) = nullptr;        // Fills in sizes.
};

// What lies under one home as FOLDER/NAME/VERSION/, laid out as docs/formats/model-store.md says
// and as BentoML lays it out: what ModelStore and BentoStore have in common.
//
// Keeps nothing in memory, so it sees what other processes write. Finding takes no lock: a model or
// bento is there whole or not at all. Writing is atomic, and safe against other threads, other
// processes and a crash at any moment. Thread-safe.
template <typename Info>
class TagStore {
 public:
  using Listing = store::Listing<Info>;

  // All that there are, or those that a name or tag means; kNotFound where it means none.
  Result<Listing> List(std::string_view text = "") const;

  // The tags of all versions that a name means, or of the one that a tag means; damaged ones too.
  Result<std::vector<Tag>> Matching(std::string_view text) const;

  // What a tag means: the newest, the exact version, or the one version that starts so. kNotFound
  // has the nearest names as its hint, kInvalidArgument names the versions that match.
  Result<Info> Get(std::string_view tag) const;

  // The same without looking into the folder, which may be damaged.
  Result<Tag> Find(std::string_view tag) const;

  // What is in a staging folder, manifest included; checked as what is in the store is.
  // kInvalidArgument where it is none.
  Result<Info> ReadStaged(const StagingFolder& staging) const;

  // Moves staged files, manifest included, into the store and makes them `latest` unless a newer
  // one is. kInvalidArgument where the manifest is not that of `tag`, kFailedPrecondition where the
  // version is taken.
  // REQUIRES: `staging` was made in home()
  Result<Info> Publish(StagingFolder staging, const Tag& tag) const;

  // Makes `latest` of a name its newest version; a name that has none goes.
  Status RepairLatest(const std::string& name) const;

  // Takes one version out. The newest that remains becomes `latest`.
  Status Delete(const Tag& tag) const;

  const std::filesystem::path& home() const { return home_; }
  std::filesystem::path PathOf(const Tag& tag) const { return root() / tag.name / tag.version; }
  const Kind<Info>& kind() const { return kind_; }

 protected:
  // The folder need not exist; the first that is published makes it. `kind` must outlive the store.
  TagStore(std::filesystem::path home, const Kind<Info>& kind)
      : home_(std::move(home)), kind_(kind) {}
  ~TagStore() = default;
  TagStore(const TagStore&) = default;

  // As Publish(), of what the manifest is known to say.
  Result<Info> Enter(StagingFolder staging, Info info) const;

 private:
  std::filesystem::path root() const { return home_ / kind_.folder; }
  std::filesystem::path lock_file() const;

  Result<std::vector<Tag>> Versions(const std::string& name) const;
  Result<std::vector<Tag>> All(std::vector<Status>& unreadable) const;
  Result<Info> Read(const Tag& tag) const;
  Listing ReadAll(const std::vector<Tag>& tags) const;
  Result<Tag> Newest(const std::string& name) const;
  Status NotThere(const Tag& tag) const;
  Status RenameError(const Tag& tag, const std::filesystem::path& from,
                     const std::filesystem::path& to, int error_number) const;
  Status PointTo(const Tag& tag) const;
  Status PointToNewest(const std::string& name) const;

  const std::filesystem::path home_;
  const Kind<Info>& kind_;
};

}  // namespace ekiben::store
