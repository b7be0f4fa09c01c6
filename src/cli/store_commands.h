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

// The store of these, of the context.
template <typename Info>
const store::TagStore<Info>& StoreOf(const Context& context);

// A name for the examples in --help.
template <typename Info>
constexpr const char* kExampleName = "iris_clf";
template <>
inline constexpr const char* kExampleName<store::BentoInfo> = "iris_classifier";

template <>
inline const store::TagStore<store::ModelInfo>& StoreOf(const Context& context) {
  return context.store;
}
template <>
inline const store::TagStore<store::BentoInfo>& StoreOf(const Context& context) {
  return context.bentos;
}

}  // namespace ekiben::cli
