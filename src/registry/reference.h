// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::registry {

// What names an image, a bento or a model in registries: "iris_clf:abc",
// "registry.example:5000/team/iris:1.0", "registry.example/iris@sha256:…". A value.
struct Reference {
  std::string repository = {};  // "registry.example:5000/team/iris"
  std::string tag = {};         // Empty where the text named none.
  std::string digest = {};      // "sha256:…", or empty.

  // Reads what somebody typed. kInvalidArgument where a registry would refuse it: upper case in the
  // repository, two separators side by side, a digest that is none.
  static Result<Reference> Parse(std::string_view text);

  // With "latest" where neither a tag nor a digest was named.
  std::string ToString() const;
  // With the registry and the namespace that docker puts before a name that has none.
  std::string Full() const;

  // Whether the repository begins with a registry: a name with a dot or a port, or localhost.
  bool HasHost() const;
  // "registry.example:5000", of Full(): "docker.io" where none is named.
  std::string Host() const;
  // What comes after it: "team/iris".
  std::string Path() const;
  // What is asked for: the digest, else the tag, else "latest".
  std::string Wanted() const;

  friend bool operator==(const Reference&, const Reference&) = default;
};

// Whether it is "sha256:" and 64 hexadecimal digits in lower case: safe as a part of a path.
bool IsDigest(std::string_view text);

// Whether a registry takes it as a tag.
bool IsRegistryTag(std::string_view text);

}  // namespace ekiben::registry
