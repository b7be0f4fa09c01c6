// SPDX-License-Identifier: Apache-2.0
#include "cli/store_listing.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "cli/report.h"
#include "store/yaml_text.h"

namespace ekiben::cli {
namespace {

using store::BentoInfo;
using store::ModelInfo;
using store::Yaml;

using Row = std::vector<std::string>;

Yaml Text(std::string text) {
  return {.kind = Yaml::Kind::kScalar, .quoted = true, .text = std::move(text)};
}

Yaml Number(uint64_t number) {
  return {.kind = Yaml::Kind::kScalar, .text = fmt::format("{}", number)};
}

Yaml Labels(const std::map<std::string, std::string>& labels) {
  Yaml map{.kind = Yaml::Kind::kMap};
  for (const auto& [key, value] : labels) map.members.emplace_back(key, Text(value));
  return map;
}

Yaml AsYaml(const ModelInfo& model) {
  return {.kind = Yaml::Kind::kMap,
          .members = {{"tag", Text(model.tag.ToString())},
                      {"module", Text(model.module)},
                      {"size", Text(HumanSize(model.size))},
                      {"creation_time", Text(store::ToLocal(model.creation_time))},
                      {"path", Text(model.path.string())},
                      {"size_bytes", Number(model.size)},
                      {"labels", Labels(model.labels)}}};
}

Yaml AsYaml(const BentoInfo& bento) {
  return {.kind = Yaml::Kind::kMap,
          .members = {{"tag", Text(bento.tag.ToString())},
                      {"size", Text(HumanSize(bento.size))},
                      {"model_size", Text(HumanSize(bento.model_size))},
                      {"creation_time", Text(store::ToLocal(bento.creation_time))},
                      {"path", Text(bento.path.string())},
                      {"size_bytes", Number(bento.size)},
                      {"model_size_bytes", Number(bento.model_size)},
                      {"labels", Labels(bento.labels)}}};
}

Row Columns(const ModelInfo*) { return {"Tag", "Module", "Size", "Creation Time"}; }
Row Columns(const BentoInfo*) { return {"Tag", "Size", "Model Size", "Creation Time", "Path"}; }

Row AsRow(const ModelInfo& model) {
  return {model.tag.ToString(), Printable(model.module), HumanSize(model.size),
          store::ToLocal(model.creation_time)};
}

Row AsRow(const BentoInfo& bento) {
  return {bento.tag.ToString(), HumanSize(bento.size), HumanSize(bento.model_size),
          store::ToLocal(bento.creation_time), Printable(bento.path.string())};
}

std::string Table(const std::vector<Row>& rows) {
  std::vector<size_t> width(rows.front().size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string out;
  for (const Row& row : rows) {
    for (size_t i = 0; i + 1 < row.size(); ++i) out += fmt::format("{:{}}  ", row[i], width[i]);
    out += row.back() + "\n";
  }
  return out;
}

std::string YamlList(const std::vector<Yaml>& maps) {
  std::string out = maps.empty() ? "[]\n" : "";
  for (const Yaml& map : maps) {
    std::string_view lead = "- ";
    for (const auto& [key, value] : map.members) {
      out += fmt::format("{}{}: {}\n", std::exchange(lead, "  "), key, ToFlow(value));
    }
  }
  return out;
}

template <typename Info>
std::string Listing(const std::vector<Info>& infos, std::string_view form) {
  if (form == "table") {
    std::vector<Row> rows = {Columns(infos.data())};
    for (const Info& info : infos) rows.push_back(AsRow(info));
    return Table(rows);
  }
  if (form == "path") {
    std::string out;
    for (const Info& info : infos) out += info.path.string() + "\n";
    return out;
  }
  std::vector<Yaml> maps;
  for (const Info& info : infos) maps.push_back(AsYaml(info));
  if (form == "yaml") return YamlList(maps);
  const Yaml list{.kind = Yaml::Kind::kList, .items = std::move(maps)};
  return ToJson(list, true) + "\n";
}

}  // namespace

std::string HumanSize(uint64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return fmt::format("{:.2f} {}", size, kUnits[unit]);
}

std::string StoreListing(const std::vector<ModelInfo>& models, std::string_view form) {
  return Listing(models, form);
}
std::string StoreListing(const std::vector<BentoInfo>& bentos, std::string_view form) {
  return Listing(bentos, form);
}

}  // namespace ekiben::cli
