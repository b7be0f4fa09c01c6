// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "registry/reference.h"

namespace ekiben::registry {

// Which repositories have had which blobs, as far as this home has seen: a registry that has one
// already can put it into another repository by itself. A file of lines, "DIGEST HOST/PATH"; it may
// be wrong or lost, since the registry is asked. Thread-safe, over several processes too.
class BlobPlaces {
 public:
  explicit BlobPlaces(std::filesystem::path file) : file_(std::move(file)) {}

  // The path of another repository of the same registry that had it, the one seen last; empty where
  // none is known.
  std::string Other(const Reference& where, const std::string& digest);
  void Add(const Reference& where, const std::string& digest);

 private:
  const std::vector<std::string>& Lines();
  void Shorten();

  const std::filesystem::path file_;
  std::mutex mutex_;
  bool is_read_ = false;
  std::vector<std::string> lines_;
};

}  // namespace ekiben::registry
