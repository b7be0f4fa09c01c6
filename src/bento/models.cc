// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bento/builder.h"

namespace ekiben::bento {
namespace {

using store::ModelInfo;

// "label:stage=prod", or "stage=prod".
Result<std::pair<std::string, std::string>> LabelOf(const std::string& filter) {
  const std::string text = filter.starts_with("label:") ? filter.substr(6) : filter;
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return Error(
        InvalidArgument(fmt::format("models: filter: expected label:KEY=VALUE, got '{}'", filter)));
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

// The newest of the versions that the option means and that have the label.
Result<ModelInfo> Filtered(const ModelOption& option, const store::ModelStore& store) {
  const auto label = LabelOf(option.filter);
  if (!label) return Error(label.error());
  const auto tag = store::Tag::Parse(option.tag);
  if (!tag) return Error(tag.error());
  auto listing = store.List(tag->WantsLatest() ? tag->name : option.tag);
  if (!listing) return Error(std::move(listing).error());
  for (ModelInfo& model : listing->found) {
    const auto found = model.labels.find(label->first);
    if (found != model.labels.end() && found->second == label->second) return std::move(model);
  }
  return Error(NotFound(fmt::format("models: no version of '{}' has the label {}={}", option.tag,
                                    label->first, label->second))
                   .WithHint(fmt::format("see `ekiben models list {}`", tag->name)));
}

}  // namespace

Result<std::vector<ModelInfo>> FindModels(const Plan& plan, const store::ModelStore& store) {
  std::vector<ModelInfo> models;
  const auto add = [&](Result<ModelInfo> model) -> Status {
    if (!model) return std::move(model).error();
    const bool known =
        std::ranges::any_of(models, [&](const ModelInfo& one) { return one.tag == model->tag; });
    if (!known) models.push_back(*std::move(model));
    return {};
  };
  Status status;
  for (const std::string& tag : plan.description.models) {
    if (status.ok()) status = add(store.Get(tag));
  }
  for (const ModelOption& option : plan.options.models) {
    if (!status.ok()) break;
    status = add(option.filter.empty() ? store.Get(option.tag) : Filtered(option, store));
  }
  if (!status.ok()) return Error(std::move(status));
  return models;
}

}  // namespace ekiben::bento
