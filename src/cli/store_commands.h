// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"
#include "store/tag_store.h"

// The commands that models and bentos have in common, one file a command: Add… says how it is
// typed, Run… does it. `Info` is store::ModelInfo for `ekiben models list`, and store::BentoInfo
// for `ekiben list`.
namespace ekiben::cli {

struct ListArgs {
  std::string name = {};  // Only these; all where empty.
  std::string output = "table";
};
template <typename Info>
Status RunList(const ListArgs& args, Context& context);
template <typename Info>
void AddList(CLI::App& parent, Context& context);

struct GetArgs {
  std::string tag = {};
  std::string output = "yaml";
};
template <typename Info>
Status RunGet(const GetArgs& args, Context& context);
template <typename Info>
void AddGet(CLI::App& parent, Context& context);

struct DeleteArgs {
  std::vector<std::string> tags = {};  // A name means all of its versions.
  bool yes = false;
};
template <typename Info>
Status RunDelete(const DeleteArgs& args, Context& context);
template <typename Info>
void AddDelete(CLI::App& parent, Context& context);

// `export`: what is in the store becomes one file, a bento with its models, as BentoML writes it.
struct ExportArgs {
  std::string tag = {};
  std::string path = ".";   // A file, a folder for it, or a URL.
  std::string output = {};  // The form; empty: as the path ends.
  std::string python = {};  // What goes to URLs; empty: found by itself.
};
template <typename Info>
Status RunExport(const ExportArgs& args, Context& context);
template <typename Info>
void AddExport(CLI::App& parent, Context& context);

// `import`: what RunExport() or BentoML wrote enters the store under its own tag, whole or not at
// all. `ekiben models import` takes more than that, so it says itself how it is typed.
struct ImportArgs {
  std::string path = {};
  std::string format = {};  // The form; empty: as the path ends.
  std::string python = {};  // What goes to URLs; empty: found by itself.
};
template <typename Info>
Status RunImport(const ImportArgs& args, Context& context);
void AddImport(CLI::App& app, Context& context);
void AddImportFormat(CLI::App& command, std::string& format);
void AddRemotePython(CLI::App& command, std::string& python);

// The store of these, of the context.
template <typename Info>
const store::TagStore<Info>& StoreOf(const Context& context);

// A name for the examples in --help.
template <typename Info>
constexpr const char* kExampleName = "iris_clf";
template <>
inline constexpr const char* kExampleName<store::BentoInfo> = "iris_classifier";

// What is printed before a tag.
template <typename Info>
constexpr const char* kTypeName = "Model";
template <>
inline constexpr const char* kTypeName<store::BentoInfo> = "Bento";

// What BentoML's own archives end with, and what writes them.
template <typename Info>
constexpr const char* kArchiveSuffix = "bentomodel";
template <>
inline constexpr const char* kArchiveSuffix<store::BentoInfo> = "bento";
template <typename Info>
constexpr const char* kBentomlCommand = "bentoml models";
template <>
inline constexpr const char* kBentomlCommand<store::BentoInfo> = "bentoml";

template <>
inline const store::TagStore<store::ModelInfo>& StoreOf(const Context& context) {
  return context.store;
}
template <>
inline const store::TagStore<store::BentoInfo>& StoreOf(const Context& context) {
  return context.bentos;
}

}  // namespace ekiben::cli
