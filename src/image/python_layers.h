// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "image/native_layers.h"

// The layers of an image of a service in Python that native images have not.
namespace ekiben::image {

// A Python package as it is installed: "scikit-learn", "1.9.1".
struct Distribution {
  std::string name = {}, version = {};
};

// "3.11" of "3.11.7".
std::string MinorOf(const std::string& version);

// What Python has put together (python/ekiben/imaging): folders whose content is to lie below the
// image's root. None of them changes.
struct PythonFiles {
  std::string version = {};                // "3.11.7"
  std::filesystem::path interpreter = {};  // The program, the standard library, the environment.
  std::filesystem::path packages = {};     // Into the environment.
  std::filesystem::path program = {};      // The ekiben package.
  std::string environment = {};            // "/usr/lib/ekiben/python", as a virtual environment.
  // The interpreter's program, first, and its extension modules where they lie on this machine:
  // from there their libraries are found.
  std::vector<std::filesystem::path> needs = {};
  std::vector<Distribution> distributions = {};  // In `packages`, by their names.
};

// A layer, and the libraries of the system that it brings, where they lie on this machine.
struct PythonLayer {
  PlannedLayer planned = {};
  std::set<std::filesystem::path> libraries = {};
};

// The interpreter with its standard library, and what they need of the system beyond `base`, which
// is what the engine needs.
Result<PythonLayer> FindInterpreter(const PythonFiles& files,
                                    const std::set<std::filesystem::path>& base);

// The packages, and what their extension modules need of the system beyond `base`. Names into
// `missing` the libraries that this machine has not, with who needs them: some packages have parts
// for hardware that is not there.
Result<PythonLayer> FindPackages(const PythonFiles& files,
                                 const std::set<std::filesystem::path>& base,
                                 std::vector<std::string>& missing);

// The packages as FindPackages() has them, but without libraries of the system, which are to come
// with the image below; and the environment that they lie in, whose interpreter is `interpreter`
// ("/usr/local/bin/python3.11"). `libraries` are those that the packages need.
Result<PythonLayer> PackagesUpon(const PythonFiles& files, const std::string& interpreter,
                                 std::vector<std::string>& missing);

// Everything in `folder`, at the image's root.
Status AddFolderTo(PlannedLayer& layer, const std::filesystem::path& folder);

}  // namespace ekiben::image
