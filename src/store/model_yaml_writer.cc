// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "store/model_yaml.h"
#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

std::string FlowMap(const std::map<std::string, std::string>& texts) {
  Yaml map{.kind = Yaml::Kind::kMap};
  for (const auto& [key, value] : texts) {
    map.members.emplace_back(key, Yaml{.kind = Yaml::Kind::kScalar, .quoted = true, .text = value});
  }
  return ToFlow(map);
}

std::string FlowList(const std::vector<std::string>& texts) {
  Yaml list{.kind = Yaml::Kind::kList};
  for (const std::string& text : texts) {
    list.items.push_back({.kind = Yaml::Kind::kScalar, .quoted = true, .text = text});
  }
  return ToFlow(list);
}

std::string SpecText(const TensorSpec& spec) {
  const std::string shape = spec.any_rank ? "" : fmt::format(", shape: {}", spec.shape.ToString());
  return fmt::format("{{name: {}, dtype: {}{}{}}}", YamlText(spec.name), DataTypeName(spec.type),
                     shape, spec.missing ? ", missing: true" : "");
}

std::string SpecsText(std::string_view key, const std::vector<TensorSpec>& specs) {
  if (specs.empty()) return fmt::format("      {}: []\n", key);
  std::string out = fmt::format("      {}:\n", key);
  for (const TensorSpec& spec : specs) out += fmt::format("      - {}\n", SpecText(spec));
  return out;
}

std::string NativeText(const NativeForm& form) {
  std::string out =
      fmt::format("    {}:\n      runtime: {}\n      file: {}\n", YamlText(form.signature),
                  YamlText(form.runtime), YamlText(form.file.native()));
  out += SpecsText("inputs", form.inputs) + SpecsText("outputs", form.outputs);
  if (!form.unused.empty()) out += fmt::format("      unused: {}\n", FlowList(form.unused));
  out += fmt::format("      rows_independent: {}\n", form.rows_independent);
  if (form.proof.kind != Yaml::Kind::kNull) {
    out += fmt::format("      proof: {}\n", ToFlow(form.proof));
  }
  return out;
}

std::string SignaturesText(const std::vector<Signature>& signatures) {
  if (signatures.empty()) return "signatures: {}\n";
  std::string out = "signatures:\n";
  for (const Signature& one : signatures) {
    out += fmt::format("  {}:\n    batchable: {}\n", YamlText(one.name), one.batchable);
    if (one.batchable) {
      out += fmt::format("    batch_dim: [{}, {}]\n", one.input_batch_dim, one.output_batch_dim);
    }
  }
  return out;
}

std::string EkibenText(const ModelInfo& info) {
  if (info.native.empty() && info.not_native.empty()) return "";
  std::string out = "ekiben:\n  format: 1\n";
  out += info.native.empty() ? "  native: {}\n" : "  native:\n";
  for (const NativeForm& form : info.native) out += NativeText(form);
  return out + fmt::format("  not_native: {}\n", FlowMap(info.not_native));
}

}  // namespace

std::string ToModelYaml(const ModelInfo& info) {
  const ModelContext& context = info.context;
  std::string out = fmt::format("name: {}\nversion: {}\nmodule: {}\n", YamlText(info.tag.name),
                                YamlText(info.tag.version), YamlText(info.module));
  out += fmt::format("labels: {}\noptions: {}\nmetadata: {}\n", FlowMap(info.labels),
                     ToFlow(info.options), ToFlow(info.metadata));
  out += fmt::format(
      "context:\n  framework_name: {}\n  framework_versions: {}\n  bentoml_version: {}\n"
      "  python_version: {}\n",
      YamlText(context.framework_name), FlowMap(context.framework_versions),
      YamlText(context.bentoml_version), YamlText(context.python_version));
  out += SignaturesText(info.signatures);
  out += fmt::format("api_version: {}\ncreation_time: '{}'\n", YamlText(info.api_version),
                     ToIso(info.creation_time));
  return out + EkibenText(info);
}

}  // namespace ekiben::store
