// SPDX-License-Identifier: Apache-2.0
#include "cli/model_listing.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/report.h"
#include "store/yaml_text.h"

namespace ekiben::cli {
namespace {

using store::ModelInfo;
using store::Yaml;

Yaml Text(std::string text) {
  return {.kind = Yaml::Kind::kScalar, .quoted = true, .text = std::move(text)};
}

Yaml AsYaml(const ModelInfo& model) {
  Yaml labels{.kind = Yaml::Kind::kMap};
  for (const auto& [key, value] : model.labels) labels.members.emplace_back(key, Text(value));
  Yaml bytes{.kind = Yaml::Kind::kScalar, .text = fmt::format("{}", model.size)};
  return {.kind = Yaml::Kind::kMap,
          .members = {{"tag", Text(model.tag.ToString())},
                      {"module", Text(model.module)},
                      {"size", Text(HumanSize(model.size))},
                      {"creation_time", Text(store::ToLocal(model.creation_time))},
                      {"path", Text(model.path.string())},
                      {"size_bytes", std::move(bytes)},
                      {"labels", std::move(labels)}}};
}

std::string Table(std::span<const ModelInfo> models) {
  using Row = std::array<std::string, 4>;
  std::vector<Row> rows = {{"Tag", "Module", "Size", "Creation Time"}};
  for (const ModelInfo& model : models) {
    rows.push_back({model.tag.ToString(), Printable(model.module), HumanSize(model.size),
                    store::ToLocal(model.creation_time)});
  }
  std::array<size_t, 4> width{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string out;
  for (const Row& row : rows) {
    out += fmt::format("{:{}}  {:{}}  {:{}}  {}\n", row[0], width[0], row[1], width[1], row[2],
                       width[2], row[3]);
  }
  return out;
}

std::string YamlList(std::span<const ModelInfo> models) {
  std::string out = models.empty() ? "[]\n" : "";
  for (const ModelInfo& model : models) {
    std::string_view lead = "- ";
    for (const auto& [key, value] : AsYaml(model).members) {
      out += fmt::format("{}{}: {}\n", std::exchange(lead, "  "), key, ToFlow(value));
    }
  }
  return out;
}

}  // namespace

std::string HumanSize(uint64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return fmt::format("{:.2f} {}", size, kUnits[unit]);
}

std::string ModelListing(std::span<const ModelInfo> models, std::string_view form) {
  if (form == "table") return Table(models);
  if (form == "yaml") return YamlList(models);
  if (form == "json") {
    Yaml list{.kind = Yaml::Kind::kList};
    for (const ModelInfo& model : models) list.items.push_back(AsYaml(model));
    return ToJson(list, true) + "\n";
  }
  std::string out;
  for (const ModelInfo& model : models) out += model.path.string() + "\n";
  return out;
}

}  // namespace ekiben::cli
