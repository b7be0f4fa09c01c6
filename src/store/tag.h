// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::store {

// The version that means "the newest".
inline constexpr std::string_view kLatest = "latest";

// What names a model: "name:version", or a name alone, which means its newest version.
//
// Both parts are lower case, match [a-z0-9]([-._a-z0-9]*[a-z0-9])? and have at most 63 characters,
// so that they are safe as names of folders. A value; versions have no order.
struct Tag {
  std::string name = {};
  std::string version = {};  // Empty where the text named none.
  bool lowered = false;      // The text had upper case, which somebody may want to hear of.

  // Reads a tag that somebody typed. Fails on an empty part, a trailing colon and on characters
  // that a part may not have.
  static Result<Tag> Parse(std::string_view text);

  bool WantsLatest() const { return version.empty() || version == kLatest; }
  std::string ToString() const { return version.empty() ? name : name + ":" + version; }

  friend bool operator==(const Tag& a, const Tag& b) {
    return a.name == b.name && a.version == b.version;
  }
};

// Whether `text` may be a name or a version as it is.
bool IsTagPart(std::string_view text);

// A version that no other call, here or elsewhere, makes: 16 characters out of [a-z2-7].
std::string NewVersion();

// The version that stands for the version 1 UUID with these bytes: base32 of bytes 0 to 5 and 8 to
// 11, the ones that differ between two of them.
std::string VersionFromUuid(std::span<const uint8_t, 16> uuid);

}  // namespace ekiben::store
