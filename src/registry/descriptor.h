// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace ekiben::registry {

// What a manifest says of one blob.
struct Descriptor {
  std::string media_type = {};
  std::string digest = {};  // "sha256:…"
  uint64_t size = 0;        // Bytes.
  std::map<std::string, std::string> annotations = {};

  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

// A manifest as a registry keeps it.
struct ManifestText {
  std::string media_type = {};
  std::string bytes = {};
  std::string digest = {};  // Of the bytes.
};

// What became of a blob.
enum class BlobEnd { kSent, kMounted, kReceived, kThere, kFailed };

// Hears how far transfers are, from several threads at once.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void Begin(const Descriptor& blob) = 0;
  // So many of its bytes are there now; fewer than before where it had to begin again.
  virtual void Reach(const Descriptor& blob, uint64_t bytes) = 0;
  virtual void End(const Descriptor& blob, BlobEnd how) = 0;
};

}  // namespace ekiben::registry
