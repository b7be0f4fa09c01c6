// SPDX-License-Identifier: Apache-2.0
#include "store/model_yaml.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "store/yaml.h"
#include "store/yaml_text.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxSignature = 100;  // Characters of its name.

constexpr int kFormat = 1;     // Of what stands under `ekiben`.
constexpr size_t kShown = 40;  // Of a wrong value, in an error.

std::string Shown(const Yaml& yaml) {
  switch (yaml.kind) {
    case Yaml::Kind::kNull: return "nothing";
    case Yaml::Kind::kList: return "a list";
    case Yaml::Kind::kMap: return "a map";
    case Yaml::Kind::kScalar: break;
  }
  return fmt::format("'{}'", yaml.text.substr(0, kShown));
}

// Takes values out of a document. The first one that is not as expected is kept as the error, with
// its key; everything after it reads as empty, so that callers look at status() once, at the end.
class Reader {
 public:
  const Status& status() const { return status_; }

  void Fail(std::string_view key, std::string_view expected, const Yaml& got) {
    Fail(key, fmt::format("expected {}, got {}", expected, Shown(got)), got.line);
  }
  void Fail(std::string_view key, std::string_view why, int line) {
    if (!status_.ok()) return;
    const std::string where = line > 0 ? fmt::format("line {}: ", line) : "";
    status_ = InvalidArgument(fmt::format("{}{}: {}", where, key, why));
  }

  // The member `key`, or null; null as well where it says nothing.
  const Yaml* Member(const Yaml& map, std::string_view key) const {
    const Yaml* const found = status_.ok() ? map.Find(key) : nullptr;
    return found == nullptr || found->kind == Yaml::Kind::kNull ? nullptr : found;
  }

  const Yaml* Map(const Yaml& map, std::string_view key, std::string_view path) {
    return OfKind(map, key, path, Yaml::Kind::kMap, "a map");
  }
  const Yaml* List(const Yaml& map, std::string_view key, std::string_view path) {
    return OfKind(map, key, path, Yaml::Kind::kList, "a list");
  }

  std::string Text(const Yaml& yaml, std::string_view path) {
    if (yaml.kind != Yaml::Kind::kScalar) Fail(path, "text", yaml);
    return status_.ok() ? yaml.text : "";
  }
  std::string Text(const Yaml& map, std::string_view key, std::string_view path) {
    const Yaml* const found = Member(map, key);
    return found == nullptr ? "" : Text(*found, path);
  }
  std::string RequiredText(const Yaml& map, std::string_view key, std::string_view path) {
    if (Member(map, key) == nullptr) Fail(path, "is missing", map.line);
    return Text(map, key, path);
  }

  bool Bool(const Yaml& map, std::string_view key, std::string_view path) {
    const Yaml* const found = Member(map, key);
    if (found == nullptr) return false;
    const std::string json = found->kind == Yaml::Kind::kScalar ? ToJson(*found) : "";
    if (json != "true" && json != "false") Fail(path, "true or false", *found);
    return json == "true";
  }

  int64_t Integer(const Yaml& yaml, std::string_view path, int64_t least, int64_t most) {
    int64_t number = 0;
    const char* const end = yaml.text.data() + yaml.text.size();
    const auto [stop, error] = std::from_chars(yaml.text.data(), end, number);
    const bool right = yaml.kind == Yaml::Kind::kScalar && !yaml.quoted && error == std::errc() &&
                       stop == end && number >= least && number <= most;
    if (right) return number;
    Fail(path, fmt::format("a whole number from {} to {}", least, most), yaml);
    return 0;
  }

 private:
  const Yaml* OfKind(const Yaml& map, std::string_view key, std::string_view path, Yaml::Kind kind,
                     std::string_view expected) {
    const Yaml* const found = Member(map, key);
    if (found == nullptr || found->kind == kind) return found;
    Fail(path, expected, *found);
    return nullptr;
  }

  Status status_;
};

std::map<std::string, std::string> TextMap(Reader& reader, const Yaml& map, std::string_view key,
                                           std::string_view path) {
  std::map<std::string, std::string> texts;
  const Yaml* const found = reader.Map(map, key, path);
  if (found == nullptr) return texts;
  for (const auto& [name, value] : found->members) {
    texts[name] = reader.Text(value, fmt::format("{}.{}", path, name));
  }
  return texts;
}

Signature ReadSignature(Reader& reader, const std::string& name, const Yaml& yaml) {
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

TensorSpec ReadSpec(Reader& reader, const Yaml& yaml, const std::string& path) {
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

std::vector<TensorSpec> ReadSpecs(Reader& reader, const Yaml& form, std::string_view key,
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

NativeForm ReadNative(Reader& reader, const std::string& signature, const Yaml& yaml) {
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

void ReadEkiben(Reader& reader, const Yaml& document, ModelInfo& info) {
  const Yaml* const ours = reader.Map(document, "ekiben", "ekiben");
  if (ours == nullptr) return;
  if (const Yaml* format = reader.Member(*ours, "format")) {
    const int64_t number = reader.Integer(*format, "ekiben.format", 1, INT32_MAX);
    if (number > kFormat) {
      reader.Fail("ekiben.format",
                  fmt::format("is {}, and this ekiben reads up to {}", number, kFormat),
                  format->line);
    }
  }
  if (const Yaml* native = reader.Map(*ours, "native", "ekiben.native")) {
    for (const auto& [signature, form] : native->members) {
      if (signature.empty() || signature.size() > kMaxSignature) {
        reader.Fail("ekiben.native", "a name is empty or too long", form.line);
      }
      info.native.push_back(ReadNative(reader, signature, form));
    }
  }
  info.not_native = TextMap(reader, *ours, "not_native", "ekiben.not_native");
}

Tag ReadTag(Reader& reader, const Yaml& document) {
  Tag tag{.name = reader.RequiredText(document, "name", "name"),
          .version = reader.RequiredText(document, "version", "version")};
  if (!IsTagPart(tag.name)) reader.Fail("name", "is no valid name of a model", document.line);
  if (!IsTagPart(tag.version)) reader.Fail("version", "is no valid version", document.line);
  return tag;
}

ModelContext ReadContext(Reader& reader, const Yaml& document) {
  const Yaml* const context = reader.Map(document, "context", "context");
  if (context == nullptr) return {};
  return {.framework_name = reader.Text(*context, "framework_name", "context.framework_name"),
          .framework_versions =
              TextMap(reader, *context, "framework_versions", "context.framework_versions"),
          .bentoml_version = reader.Text(*context, "bentoml_version", "context.bentoml_version"),
          .python_version = reader.Text(*context, "python_version", "context.python_version")};
}

}  // namespace

Result<ModelInfo> ParseModelYaml(const std::string& text) {
  if (text.size() > kMaxModelYaml) {
    return Error(InvalidArgument(
        fmt::format("has {} bytes, more than the {} allowed", text.size(), kMaxModelYaml)));
  }
  const Result<Yaml> document = ParseYaml(text);
  if (!document) return Error(document.error());
  if (document->kind != Yaml::Kind::kMap) {
    return Error(InvalidArgument(fmt::format("expected a map, got {}", Shown(*document))));
  }

  Reader reader;
  ModelInfo info;
  info.tag = ReadTag(reader, *document);
  info.module = reader.Text(*document, "module", "module");
  info.labels = TextMap(reader, *document, "labels", "labels");
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
  const std::string created = reader.RequiredText(*document, "creation_time", "creation_time");
  if (const std::optional<CreationTime> time = ParseCreationTime(created)) {
    info.creation_time = *time;
  } else if (const Yaml* given = reader.Member(*document, "creation_time")) {
    reader.Fail("creation_time", "a time such as 2026-11-22T14:03:08+00:00", *given);
  }
  ReadEkiben(reader, *document, info);
  if (!reader.status().ok()) return Error(reader.status());
  return info;
}

}  // namespace ekiben::store
