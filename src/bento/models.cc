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

void AddOnce(std::vector<ModelInfo>& models, ModelInfo model) {
  const bool known =
      std::ranges::any_of(models, [&](const ModelInfo& one) { return one.tag == model.tag; });
  if (!known) models.push_back(std::move(model));
}

}  // namespace

Status FindNamedModels(Plan& plan, const store::ModelStore& store) {
  for (const ModelOption& option : plan.options.models) {
    auto model = option.filter.empty() ? store.Get(option.tag) : Filtered(option, store);
    if (!model) return std::move(model).error();
    const std::string tag = model->tag.ToString();
    AddOnce(plan.models, *std::move(model));
    if (option.alias.empty()) continue;
    const auto [known, is_new] = plan.aliases.emplace(option.alias, tag);
    if (!is_new && known->second != tag) {
      return InvalidArgument(fmt::format("models: the alias '{}' is given to both {} and {}",
                                         option.alias, known->second, tag));
    }
  }
  return {};
}

Status FindServiceModels(Plan& plan, const store::ModelStore& store) {
  std::vector<ModelInfo> models;
  for (const std::string& tag : plan.description.models) {
    auto model = store.Get(tag);
    if (!model) return std::move(model).error();
    AddOnce(models, *std::move(model));
  }
  for (ModelInfo& model : std::exchange(plan.models, {})) AddOnce(models, std::move(model));
  plan.models = std::move(models);
  return {};
}

}  // namespace ekiben::bento
