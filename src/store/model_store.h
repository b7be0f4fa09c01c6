// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store/model_info.h"
#include "store/staging.h"
#include "store/tag.h"

namespace ekiben::store {

// The models under one home, laid out as docs/formats/model-store.md says and as BentoML lays them
// out.
//
// Keeps nothing in memory, so it sees what other processes write. Finding takes no lock: a model is
// there whole or not at all. Writing is atomic, and safe against other threads, other processes and
// a crash at any moment. Thread-safe.
class ModelStore {
 public:
  // The folder need not exist; the first model that is saved makes it.
  explicit ModelStore(std::filesystem::path home) : home_(std::move(home)) {}

  struct Listing {
    std::vector<ModelInfo> models;   // Newest first, with their sizes.
    std::vector<Status> unreadable;  // One for each folder that is no model; it hides no other.
  };

  // All models, or those that a name or tag means; kNotFound where it means none.
  Result<Listing> List(std::string_view text = "") const;

  // The tags of all versions that a name means, or of the one that a tag means; damaged ones too.
  Result<std::vector<Tag>> Matching(std::string_view text) const;

  // The model that a tag means: the newest, the exact version, or the one version that starts so.
  // kNotFound has the nearest names as its hint, kInvalidArgument names the versions that match.
  Result<ModelInfo> Get(std::string_view tag) const;

  // The same without looking into the model's folder, which may be damaged.
  Result<Tag> Find(std::string_view tag) const;

  // Moves the staged files into the store as `info.tag` and makes them `latest` unless a newer
  // model is. Writes model.yaml. kFailedPrecondition where the version is taken.
  // REQUIRES: `staging` was made in home()
  Result<ModelInfo> Publish(StagingFolder staging, ModelInfo info) const;

  // Takes one version out. The newest that remains becomes `latest`.
  Status Delete(const Tag& tag) const;

  const std::filesystem::path& home() const { return home_; }
  std::filesystem::path PathOf(const Tag& tag) const;

 private:
  std::filesystem::path models() const { return home_ / "models"; }

  Result<std::vector<Tag>> Versions(const std::string& name) const;
  Result<ModelInfo> Read(const Tag& tag) const;
  Listing ReadAll(const std::vector<Tag>& tags) const;
  Result<Tag> Newest(const std::string& name) const;
  Status NotThere(const Tag& tag) const;
  Status PointTo(const Tag& tag) const;
  Status PointToNewest(const std::string& name) const;

  const std::filesystem::path home_;
};

}  // namespace ekiben::store
