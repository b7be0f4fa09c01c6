// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "image/image_plan.h"

// What is in an image, for those who look for a library in thousands of them, and how it came to
// be. The same values give the same bytes.
namespace ekiben::image {

// One thing in an image.
struct Component {
  std::string type = {};  // CycloneDX's: "library", "application", "machine-learning-model".
  std::string name = {}, version = {};
  std::string purl = {};    // "pkg:deb/debian/libc6@2.36-9?arch=amd64"; models have none.
  std::string sha256 = {};  // Of the file, in hexadecimal digits; empty for packages.
};

// The program, the packages and files that it needs, and the models. Reads the files for their
// hashes.
Result<std::vector<Component>> ComponentsOf(const ImagePlan& plan, const BentoSource& bento);

// A bill of materials in CycloneDX 1.6. `digest` is that of the image's manifest, "sha256:…".
std::string SbomJson(const BentoSource& bento, std::span<const Component> components,
                     std::string_view digest);

// An in-toto statement with SLSA's provenance: of what the image was made, and by what.
std::string ProvenanceJson(const BentoSource& bento, std::span<const Component> components,
                           std::string_view digest);

}  // namespace ekiben::image
