// SPDX-License-Identifier: Apache-2.0
#include "store/model_yaml.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "store/yaml.h"
#include "store/yaml_reader.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxSignature = 100;  // Characters of its name.

constexpr int kFormat = 1;  // Of what stands under `ekiben`.

Signature ReadSignature(YamlReader& reader, const std::string& name, const Yaml& yaml) {
  const std::string path = "signatures." + name;
  Signature signature{.name = name};
  if (yaml.kind == Yaml::Kind::kNull) return signature;
  if (yaml.kind != Yaml::Kind::kMap) reader.Fail(path, "a map", yaml);
  signature.batchable = reader.Bool(yaml, "batchable", path + ".batchable");

  const Yaml* const dims = reader.Member(yaml, "batch_dim");
  if (dims == nullptr) return signature;
  const auto dim = [&](const Yaml& one) {
    return static_cast<int>(reader.Integer(one, path + ".batch_dim", -8, 7));
  };
  if (dims->kind == Yaml::Kind::kScalar) {
    signature.input_batch_dim = signature.output_batch_dim = dim(*dims);
  } else if (dims->kind == Yaml::Kind::kList && dims->items.size() == 2) {
    signature.input_batch_dim = dim(dims->items[0]);
    signature.output_batch_dim = dim(dims->items[1]);
  } else {
    reader.Fail(path + ".batch_dim", "a whole number or a list of two", *dims);
  }
  return signature;
}

TensorSpec ReadSpec(YamlReader& reader, const Yaml& yaml, const std::string& path) {
  TensorSpec spec;
  if (yaml.kind != Yaml::Kind::kMap) reader.Fail(path, "a map", yaml);
  spec.name = reader.RequiredText(yaml, "name", path + ".name");
  spec.missing = reader.Bool(yaml, "missing", path + ".missing");

  const std::string dtype = reader.RequiredText(yaml, "dtype", path + ".dtype");
  if (const std::optional<DataType> type = DataTypeFromName(dtype)) {
    spec.type = *type;
  } else if (const Yaml* given = reader.Member(yaml, "dtype")) {
    reader.Fail(path + ".dtype", "numpy's name of a type, such as float32", *given);
  }

  const Yaml* const shape = reader.List(yaml, "shape", path + ".shape");
  spec.any_rank = shape == nullptr;
  if (shape == nullptr) return spec;
  if (shape->items.size() > Shape::kMaxRank) {
    reader.Fail(path + ".shape",
                fmt::format("has {} axes, more than the {} that a tensor may have",
                            shape->items.size(), Shape::kMaxRank),
                shape->line);
    return spec;
  }
  for (const Yaml& axis : shape->items) {
    spec.shape.Append(reader.Integer(axis, path + ".shape", Shape::kAny, INT64_MAX));
  }
  return spec;
}

std::vector<TensorSpec> ReadSpecs(YamlReader& reader, const Yaml& form, std::string_view key,
                                  const std::string& path) {
  std::vector<TensorSpec> specs;
  const Yaml* const list = reader.List(form, key, path);
  if (list == nullptr) return specs;
  for (const Yaml& item : list->items) {
    specs.push_back(ReadSpec(reader, item, fmt::format("{}[{}]", path, specs.size())));
  }
  return specs;
}

// Whether `file` names something inside of the folder that it is relative to.
bool StaysInside(const fs::path& file) {
  return !file.empty() && file.is_relative() && file.native().find('\0') == std::string::npos &&
         std::ranges::none_of(file, [](const fs::path& part) {
           return part == ".." || part == "." || part.empty();
         });
}

NativeForm ReadNative(YamlReader& reader, const std::string& signature, const Yaml& yaml) {
  const std::string path = "ekiben.native." + signature;
  NativeForm form{.signature = signature};
  if (yaml.kind != Yaml::Kind::kMap) reader.Fail(path, "a map", yaml);
  form.runtime = reader.RequiredText(yaml, "runtime", path + ".runtime");
  if (!IsTagPart(form.runtime))
    reader.Fail(path + ".runtime", "is no name of a runtime", yaml.line);
  form.file = reader.RequiredText(yaml, "file", path + ".file");
  if (!StaysInside(form.file)) {
    reader.Fail(path + ".file", "does not name a file inside of the model's folder", yaml.line);
  }
  form.inputs = ReadSpecs(reader, yaml, "inputs", path + ".inputs");
  form.outputs = ReadSpecs(reader, yaml, "outputs", path + ".outputs");
  if (const Yaml* unused = reader.List(yaml, "unused", path + ".unused")) {
    for (const Yaml& name : unused->items) {
      form.unused.push_back(reader.Text(name, path + ".unused"));
    }
  }
  form.rows_independent = reader.Bool(yaml, "rows_independent", path + ".rows_independent");
  if (const Yaml* proof = reader.Member(yaml, "proof")) form.proof = *proof;
  return form;
}

void ReadEkiben(YamlReader& reader, const Yaml& document, ModelInfo& info) {
  const Yaml* const ours = reader.Ours(document, kFormat);
  if (ours == nullptr) return;
  if (const Yaml* native = reader.Map(*ours, "native", "ekiben.native")) {
    for (const auto& [signature, form] : native->members) {
      if (signature.empty() || signature.size() > kMaxSignature) {
        reader.Fail("ekiben.native", "a name is empty or too long", form.line);
      }
      info.native.push_back(ReadNative(reader, signature, form));
    }
  }
  info.not_native = reader.TextMap(*ours, "not_native", "ekiben.not_native");
}

ModelContext ReadContext(YamlReader& reader, const Yaml& document) {
  const Yaml* const context = reader.Map(document, "context", "context");
  if (context == nullptr) return {};
  return {.framework_name = reader.Text(*context, "framework_name", "context.framework_name"),
          .framework_versions =
              reader.TextMap(*context, "framework_versions", "context.framework_versions"),
          .bentoml_version = reader.Text(*context, "bentoml_version", "context.bentoml_version"),
          .python_version = reader.Text(*context, "python_version", "context.python_version")};
}

}  // namespace

Result<ModelInfo> ParseModelYaml(const std::string& text) {
  const Result<Yaml> document = ParseYamlMap(text, kMaxModelYaml);
  if (!document) return Error(document.error());

  YamlReader reader;
  ModelInfo info;
  info.tag = reader.ReadTag(*document, "model");
  info.module = reader.Text(*document, "module", "module");
  info.labels = reader.TextMap(*document, "labels", "labels");
  if (const Yaml* options = reader.Map(*document, "options", "options")) {
    info.options = *options;
  }
  if (const Yaml* metadata = reader.Map(*document, "metadata", "metadata")) {
    info.metadata = *metadata;
  }
  info.context = ReadContext(reader, *document);
  if (const Yaml* signatures = reader.Map(*document, "signatures", "signatures")) {
    for (const auto& [name, signature] : signatures->members) {
      if (name.empty() || name.size() > kMaxSignature) {
        reader.Fail("signatures", "a name is empty or too long", signature.line);
      }
      info.signatures.push_back(ReadSignature(reader, name, signature));
    }
  }
  if (reader.Member(*document, "api_version") != nullptr) {
    info.api_version = reader.Text(*document, "api_version", "api_version");
  }
  info.creation_time = reader.RequiredTime(*document, "creation_time", "creation_time");
  ReadEkiben(reader, *document, info);
  if (!reader.status().ok()) return Error(reader.status());
  return info;
}

}  // namespace ekiben::store
