// SPDX-License-Identifier: Apache-2.0
#include "store/bento_yaml.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/yaml_reader.h"

namespace ekiben::store {
namespace {

constexpr int kFormat = 1;  // Of what stands under `ekiben`.
constexpr std::string_view kSha256 = "sha256:";

BentoModel ReadModel(YamlReader& reader, const Yaml& yaml, const std::string& path) {
  BentoModel model;
  // As a map; BentoML's very first bentos have the tag alone.
  const bool is_map = yaml.kind == Yaml::Kind::kMap;
  const std::string text =
      is_map ? reader.RequiredText(yaml, "tag", path + ".tag") : reader.Text(yaml, path);
  if (Result<Tag> tag = Tag::Parse(text)) {
    model.tag = *std::move(tag);
  } else {
    reader.Fail(path + ".tag", tag.error().message(), yaml.line);
  }
  if (!is_map) return model;
  model.module = reader.Text(yaml, "module", path + ".module");
  if (reader.Member(yaml, "creation_time") != nullptr) {
    model.creation_time = reader.RequiredTime(yaml, "creation_time", path + ".creation_time");
  }
  return model;
}

bool IsDigest(std::string_view text) {
  return text.starts_with(kSha256) && text.size() == kSha256.size() + 64 &&
         text.find_first_not_of("0123456789abcdef", kSha256.size()) == text.npos;
}

void ReadOurs(YamlReader& reader, const Yaml& document, BentoInfo& info) {
  const Yaml* const ours = reader.Ours(document, kFormat);
  if (ours == nullptr) return;
  const std::string kind = reader.Text(*ours, "kind", "ekiben.kind");
  if (kind == "model") {
    info.kind = BentoKind::kModel;
  } else if (!kind.empty() && kind != "python") {
    reader.Fail("ekiben.kind", fmt::format("is '{}', which this ekiben does not know", kind),
                ours->line);
  }
  if (const Yaml* names = reader.List(*ours, "required_env", "ekiben.required_env")) {
    for (const Yaml& name : names->items) {
      info.required_env.push_back(reader.Text(name, "ekiben.required_env"));
    }
  }
  if (const Yaml* const given = reader.Map(*ours, "args", "ekiben.args")) info.arguments = *given;
  info.digest = reader.Text(*ours, "digest", "ekiben.digest");
  if (!info.digest.empty() && !IsDigest(info.digest)) {
    reader.Fail("ekiben.digest", "is not sha256: and 64 hexadecimal digits", ours->line);
  }
}

}  // namespace

Result<BentoInfo> ParseBentoYaml(const std::string& text) {
  const Result<Yaml> document = ParseYamlMap(text, kMaxBentoYaml);
  if (!document) return Error(document.error());
  YamlReader reader;
  BentoInfo info;
  info.tag = reader.ReadTag(*document, "bento");
  info.service = reader.RequiredText(*document, "service", "service");
  // BentoML since 1.2 has the key in bentos of older services too, and nothing in it.
  if (const Yaml* services = reader.List(*document, "services", "services")) {
    info.is_class_style = !services->items.empty();
  }
  info.bentoml_version = reader.Text(*document, "bentoml_version", "bentoml_version");
  info.creation_time = reader.RequiredTime(*document, "creation_time", "creation_time");
  info.labels = reader.TextMap(*document, "labels", "labels");
  if (const Yaml* models = reader.List(*document, "models", "models")) {
    for (size_t i = 0; i < models->items.size(); ++i) {
      BentoModel model = ReadModel(reader, models->items[i], fmt::format("models[{}]", i));
      // One that has several aliases is there for each.
      const bool is_known =
          std::ranges::find(info.models, model.tag, &BentoModel::tag) != info.models.end();
      if (!is_known) info.models.push_back(std::move(model));
    }
  }
  // Where BentoML 1.4 has them.
  if (const Yaml* const given = reader.Map(*document, "args", "args")) info.arguments = *given;
  ReadOurs(reader, *document, info);
  if (!reader.status().ok()) return Error(reader.status());
  return info;
}

}  // namespace ekiben::store
