// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/model_store.h"

namespace ekiben::cli {

// What `ekiben serve TARGET` means. The first that matches: an existing path; `module:attr` whose
// file exists in the working folder; a bento's tag; a model's tag; a module of the folder, which
// has one service. `bento:NAME` and `model:NAME` say which is meant. A folder with a bentofile.yaml
// or a service.py is a service in Python.
struct ServeTarget {
  store::ModelInfo model;
  std::string python;  // A service in Python, as its worker finds it; empty where it is a model.
  std::string choice;  // What was found, for people: "the model iris_clf:abc in /home/me/ekiben".
};

// Finds the target. kNotFound where nothing matches; kFailedPrecondition where it is something that
// cannot be served: a bento, a folder without any of these.
Result<ServeTarget> ResolveServeTarget(std::string_view text,
                                       const std::filesystem::path& working_folder,
                                       const store::ModelStore& store);

}  // namespace ekiben::cli
