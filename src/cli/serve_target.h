// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/bento_info.h"
#include "store/model_store.h"

namespace ekiben::cli {

// What `ekiben serve TARGET` means. The first that matches: an existing path; `module:attr` whose
// file exists in the working folder; a bento's tag; a model's tag; a module of the folder, which
// has one service. `bento:NAME` and `model:NAME` say which is meant. A folder with a bento.yaml is
// a bento, one with a bentofile.yaml, its part of a pyproject.toml or a service.py a service in
// Python.
struct ServeTarget {
  store::ModelInfo model;
  std::string python;  // A service in Python, as its worker finds it; empty where it is a model.
  std::filesystem::path folder;  // Where that is looked for; empty: the working folder.
  store::Yaml arguments;         // Of a service in Python: those of its bento or bentofile.
  std::map<std::string, std::string> aliases;  // Names that the bentofile gives models, to tags.
  std::optional<store::BentoInfo> bento;       // What it comes out of, and its models with it.
  std::string digest;  // Of the bento's files, where they were read; else empty.
  std::string choice;  // What was found, for people: "the model iris_clf:abc in /home/me/ekiben".
};

// Finds the target. kNotFound where nothing matches; kFailedPrecondition where it is something that
// cannot be served: a folder without any of these, a bento that is not as it was built.
Result<ServeTarget> ResolveServeTarget(std::string_view text,
                                       const std::filesystem::path& working_folder,
                                       const store::ModelStore& store);

}  // namespace ekiben::cli
