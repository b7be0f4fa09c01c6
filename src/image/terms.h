// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "image/layer_tree.h"

// The terms under which what is in an image may be copied, which have to come with the copies. They
// are added below usr/share/doc where this machine has them.
namespace ekiben::image {

// Debian's copyright file of a package, and the licences that it names rather than has.
void AddTermsOfPackage(const std::string& package, LayerTree& tree);

// What lies beside a library that no package brought, or in the folder above: a Python package's.
void AddTermsOfLibrary(const std::filesystem::path& library, LayerTree& tree);

// Ekiben's own, and those of what is linked into it, as it was installed or built.
void AddTermsOfProgram(const std::filesystem::path& program, LayerTree& tree);

}  // namespace ekiben::image
