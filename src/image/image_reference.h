// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::image {

// What names an image: "iris_clf:abc", "registry.example:5000/team/iris:1.0". A value.
struct ImageReference {
  std::string repository = {};  // "registry.example:5000/team/iris"
  std::string tag = {};         // "latest" where the text named none.

  // Reads what somebody typed. kInvalidArgument where a registry would refuse it: upper case in the
  // repository, two separators side by side, a digest.
  static Result<ImageReference> Parse(std::string_view text);

  std::string ToString() const { return repository + ":" + tag; }
  // With the registry and the namespace that docker puts before a name that has none.
  std::string Full() const;

  friend bool operator==(const ImageReference&, const ImageReference&) = default;
};

}  // namespace ekiben::image
